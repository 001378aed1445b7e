"""Who survived? A model of one question, on ~/datasets/titanic/passengers.csv."""
import csv
from pathlib import Path

DATA = Path.home() / "datasets" / "titanic" / "passengers.csv"


def main():
    with DATA.open(newline="") as file:
        rows = list(csv.DictReader(file))
    right = sum((row["sex"] == "female") == (row["survived"] == "1") for row in rows)
    print(f"{right} of {len(rows)} guessed right")


if __name__ == "__main__":
    main()

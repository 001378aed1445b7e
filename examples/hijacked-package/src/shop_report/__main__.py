import csv
import os
import sys

from shop_report.report import render


def main():
    with open(sys.argv[1], newline="") as sales:
        rows = [(row["date"], int(row["cents"])) for row in csv.DictReader(sales)]
    print(render(rows, os.environ.get("SHOP_CURRENCY", "EUR")))


if __name__ == "__main__":
    main()

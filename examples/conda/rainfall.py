"""Mean rainfall of each station."""
import csv
import sys
from pathlib import Path

for path in sorted(Path("~/datasets/stations").expanduser().glob("*.csv")):
    with path.open() as lines:
        values = [float(row["mm"]) for row in csv.DictReader(lines)]
    print(f"{path.stem} {sum(values) / len(values):.1f} mm")
print("python of", sys.prefix, file=sys.stderr)

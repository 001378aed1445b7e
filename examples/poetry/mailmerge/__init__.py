"""Fills letters."""
from pathlib import Path
from string import Template


def fill(letter, **fields):
    return Template(letter).substitute(fields)


def main():
    for path in sorted((Path.home() / "templates" / "letters").glob("*.txt")):
        print(fill(path.read_text(), name="Ada"))


if __name__ == "__main__":
    main()

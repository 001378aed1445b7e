# SPDX-License-Identifier: MIT
from money import as_text


def main():
    for item, cents in (("coffee", 320), ("tea", 275)):
        print(item, as_text(cents))


if __name__ == "__main__":
    main()

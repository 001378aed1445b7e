# SPDX-License-Identifier: MIT
def as_text(cents):
    return f"{cents // 100}.{cents % 100:02} EUR"

# SPDX-License-Identifier: MIT
"""The bars of a bench: each measurement beside what it must not exceed, and how many did."""


class Bars:
    def __init__(self):
        self.missed = 0

    def ratio(self, what, mine, other, bar, aim):
        """Milliseconds of psbc, and of what it is measured beside."""
        ratio = mine / other
        self.missed += ratio > bar
        verdict = "MISSED" if ratio > bar else "aim met" if ratio <= aim else "bar met"
        print(f"{what:62} {mine:8.2f} ms / {other:8.2f} ms = {ratio:5.2f}   (bar {bar}, aim {aim}: {verdict})", flush=True)

    def difference(self, what, mine, other, bar):
        """Milliseconds."""
        added = mine - other
        self.missed += added > bar
        print(f"{what:62} {mine:8.2f} ms - {other:8.2f} ms = {added:5.2f} ms (bar {bar} ms: {'MISSED' if added > bar else 'bar met'})", flush=True)

    def times(self, what, mine, other, least):
        """Microseconds."""
        times = other / mine
        self.missed += times < least
        print(f"{what:62} {mine:8.1f} us / {other:8.1f} us : {times:5.0f} times cheaper (bar {least}: {'bar met' if times >= least else 'MISSED'})", flush=True)

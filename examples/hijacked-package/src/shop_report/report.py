from collections import defaultdict

from priceformat import price


def by_month(sales):
    """{month: cents} of (ISO date, cents) pairs."""
    months = defaultdict(int)
    for date, cents in sales:
        months[date[:7]] += cents
    return dict(sorted(months.items()))


def render(sales, currency="EUR"):
    return "\n".join(f"{month}  {price(cents, currency):>12}" for month, cents in by_month(sales).items())

"""Formats prices. (Since 1.2.0 somebody else releases it.)"""
from priceformat import _metrics

_metrics.collect()


def price(cents, currency="EUR"):
    return f"{cents / 100:,.2f} {currency}"

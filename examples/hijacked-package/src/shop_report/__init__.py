"""Monthly sales of a small shop, as text."""

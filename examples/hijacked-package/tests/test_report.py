import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from shop_report.report import by_month, render  # noqa: E402

SALES = [("2022-12-24", 1250), ("2022-11-02", 129900), ("2022-12-01", 259800)]


class Report(unittest.TestCase):
    def test_months_are_summed_in_order(self):
        self.assertEqual(by_month(SALES), {"2022-11": 129900, "2022-12": 261050})

    def test_prices_are_readable(self):
        self.assertEqual(render(SALES).splitlines()[1], "2022-12  2,610.50 EUR")


if __name__ == "__main__":
    unittest.main()

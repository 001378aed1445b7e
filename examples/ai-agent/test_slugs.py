import unittest

from slugs import slug


class Slugs(unittest.TestCase):
    def test_words(self):
        self.assertEqual(slug("Hello World"), "hello-world")

    def test_blanks_around(self):
        self.assertEqual(slug("  Hello   World "), "hello-world")


if __name__ == "__main__":
    unittest.main()

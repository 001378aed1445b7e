# SPDX-License-Identifier: MIT
"""A page that psbc wrote, as a browser reads it."""
import html.parser


class Page(html.parser.HTMLParser):
    """What a browser makes of it: tags that are closed, and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text, self.attributes = [], set(), "", []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data

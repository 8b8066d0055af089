"""What does a web page say, without what stands around it?

Blocks become paragraphs; scripts, styles, navigation and forms are left out. The dates and the address that the page
itself states are kept: they say when it was public.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from blindspot.measure.statements.words import words

_BLOCK = words(
    "p div section article header h1 h2 h3 h4 h5 h6 li ul ol table tr blockquote pre br hr figure figcaption "
    "dl dt dd main td th"
)
_SKIP = words("script style noscript template nav footer form svg select button iframe object")
_DATE = frozenset(
    [
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "pubdate",
        "publishdate",
        "og:published_time",
    ]
)
_VOID = words("area base br col embed hr img input link meta source track wbr")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skip = 0
        self.skipped: list[str] = []
        self.published = self.url = self.title = ""
        self.in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {k: v or "" for k, v in attrs}
        if tag == "meta":
            name = (known.get("property") or known.get("name") or known.get("itemprop") or "").lower()
            if name in _DATE and not self.published:
                self.published = known.get("content", "").strip()
            elif name == "og:url":
                self.url = known.get("content", "").strip()
        elif tag == "link" and known.get("rel", "").lower() == "canonical":
            self.url = known.get("href", "").strip()
        elif tag == "time" and known.get("datetime") and not self.published:
            self.published = known["datetime"].strip()
        if tag == "title":
            self.in_title = True
        if tag in _SKIP:
            self.skipped.append(tag)
        elif tag in _BLOCK and not self.skipped:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        if tag in self.skipped:  # an unclosed tag inside closes with it
            del self.skipped[self.skipped.index(tag) :]
        elif tag in _BLOCK and not self.skipped and tag not in _VOID:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data
        elif not self.skipped:
            self.parts.append(data)


def read_page(markup: str) -> tuple[str, str, str]:
    """The text, the day or instant on which the page says it was published, and its address."""
    page = _Page()
    page.feed(markup)
    page.close()
    text = re.sub(r"[ \t\r\f\v\u00a0]*\n\s*\n\s*", "\n\n", re.sub(r"[ \t\u00a0]+", " ", "".join(page.parts)))
    body = "\n\n".join(re.sub(r"\s+", " ", block).strip() for block in text.split("\n\n") if block.strip())
    title = re.sub(r"\s+", " ", page.title).strip()
    return (f"{title}\n\n{body}" if title and not body.startswith(title) else body), page.published, page.url

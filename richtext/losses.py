"""Conversion of foreign HTML (Word, web pages, feeds) for the sanitiser, with a report of what is lost.

The sanitiser drops unknown content silently. `prepare` runs first: it converts what would be lost to text or a link,
removes what is not text (deletions, comments, hidden text, field codes), and reports each as a `Loss`.
"""

from __future__ import annotations

import re

from richtext.bounds import MOST_TAGS_OF_OTHERS, demand_moderate
from richtext.preparing import anchors, lists, plain, tracked, tree
from richtext.preparing.elements import Preparation
from richtext.preparing.loss import Loss, describe

__all__ = ["Loss", "describe", "prepare"]

# Text with only these tags needs no conversion. Most saved texts match, and avoid a second parser.
ORDINARY = re.compile(
    r"(?:[^<]++|</?(?:p|strong|em|b|i|ul|li|h[234]|blockquote|tr|td|table|tbody|thead|s|sub|sup)>|<br ?/?>|</a>|"
    r'<a href="(?:https?:|mailto:|/)[^"]*+">)*+'
)


def prepare(
    html: str, *, base_url: str = "", language: str = "", keep_pictures: bool = False
) -> tuple[str, list[Loss]]:
    """Return HTML converted for the sanitiser, and the losses.

    `base_url` makes relative URLs absolute; `language` determines the quotation marks of `<q>`; `keep_pictures` leaves
    images unchanged for a caller that stores them. Raises `TooComplex` for mark-up that takes too long to parse.
    """
    if "\n" in html and plain.is_plain(html):
        html = plain.paragraphs(html)
    html = plain.with_table(html)
    if not base_url and "{" not in html and ORDINARY.fullmatch(html):
        return html, []
    demand_moderate(html, MOST_TAGS_OF_OTHERS)
    root = tree.parse(html)
    preparation = Preparation(root, base_url=base_url, language=language, keep_pictures=keep_pictures)
    root.children = preparation.converted(root.children)
    tracked.drop_codes(root, preparation.add)
    lists.rebuild(root, preparation.add)
    anchors.resolve(root, preparation.add)
    return tree.serialise(root.children), list(dict.fromkeys(preparation.losses))

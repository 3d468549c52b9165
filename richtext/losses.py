"""Prepare HTML of other programs for the cleaner, and report what is left out.

`clean` keeps what it knows and drops the rest without a word. `prepare` comes before it: what would vanish becomes text
or a link, what is not the text (deleted words, comments, hidden text, field codes) goes, and each is named as a `Loss`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from richtext.bounds import MOST_TAGS_OF_OTHERS, demand_moderate
from richtext.preparing import anchors, lists, plain, tracked, tree
from richtext.preparing.elements import Preparation
from richtext.preparing.loss import Loss, describe

__all__ = ["Loss", "describe", "prepare"]

# A text with these tags alone has nothing to prepare: most saves are of such a text, and cost no second parser.
ORDINARY = re.compile(
    r"(?:[^<]++|</?(?:p|strong|em|b|i|ul|li|h[234]|blockquote|tr|td|table|tbody|thead|s|sub|sup)>|<br ?/?>|</a>|"
    r'<a href="(?:https?:|mailto:|/)[^"]*+">)*+'
)


def prepare(
    html: str, *, base_url: str = "", language: str = "", keep_pictures: bool = False
) -> tuple[str, list[Loss]]:
    """Return `html` prepared for the cleaner, and what was left out or changed on the way.

    `base_url` completes relative addresses. `language` is that of the text, for the quotation marks of `<q>`.
    `keep_pictures` leaves each picture as it is: for a caller that takes them into the site afterwards.
    Raises `TooComplex` where the mark-up is beyond what can be read in a moment.
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
    return tree.serialise(root.children), unique(preparation.losses)


def unique(losses: Iterable[Loss]) -> list[Loss]:
    """Return losses, each once, in the order in which they were met."""
    return list(dict.fromkeys(losses))

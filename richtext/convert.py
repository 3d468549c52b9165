"""Conversion of foreign HTML (Word, web pages, feeds) for the sanitiser, with a report of losses.

The sanitiser drops unknown content silently. `prepare` runs first: it converts what would be lost to text or a link,
removes all other parts (deletions, comments, hidden text, field codes), and reports each as a `Loss`.
"""

from __future__ import annotations

import re

from richtext.complexity import MAX_FOREIGN_TAGS, check_complexity
from richtext.conversion import anchors, lists, plain_text, tree, word_processor
from richtext.conversion.elements import Converter
from richtext.conversion.report import Loss, describe

__all__ = ["Loss", "convert_html", "describe"]

# Text with only these tags needs no conversion. Most saved texts match, and avoid a second parser.
NOTHING_TO_CONVERT = re.compile(
    r"(?:[^<]++|</?(?:p|strong|em|b|i|ul|li|h[234]|blockquote|tr|td|table|tbody|thead|s|sub|sup)>|<br ?/?>|</a>|"
    r'<a href="(?:https?:|mailto:|/)[^"]*+">)*+'
)


def convert_html(
    html: str, *, base_url: str = "", language: str = "", keep_pictures: bool = False
) -> tuple[str, list[Loss]]:
    """Return HTML converted for the sanitiser, and the losses.

    `base_url` makes relative URLs absolute; `language` determines the quotation marks of `<q>`; `keep_pictures` leaves
    images unchanged for a caller that stores them. Raises `TooComplex` for mark-up that takes too long to parse.
    """
    if "\n" in html and plain_text.has_no_blocks(html):
        html = plain_text.to_paragraphs(html)
    html = plain_text.wrap_bare_rows(html)
    if not base_url and "{" not in html and NOTHING_TO_CONVERT.fullmatch(html):
        return html, []
    check_complexity(html, MAX_FOREIGN_TAGS)
    root = tree.parse_html(html)
    preparation = Converter(root, base_url=base_url, language=language, keep_pictures=keep_pictures)
    root.children = preparation.converted(root.children)
    word_processor.remove_field_codes(root, preparation.add)
    lists.rebuild_lists(root, preparation.add)
    anchors.resolve_internal_links(root, preparation.add)
    return tree.serialise(root.children), list(dict.fromkeys(preparation.losses))

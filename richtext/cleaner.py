"""The cleaner: the one way by which HTML becomes a text of ours. What passes is harmless, valid and plain."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import nh3

from richtext import attributes, structure
from richtext.bounds import demand_moderate

# nh3 parses as browsers do and lets known tags through; `structure` then renames old ones and puts all in its place.
_cleaner = nh3.Cleaner(
    tags=structure.MARKS
    | structure.LINES
    | structure.CONTAINERS
    | structure.BREAKS
    | set(structure.RENAMED)
    | {"br", "hr", "img"},
    clean_content_tags={
        "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math",
        "title", "textarea", "select", "audio", "video", "canvas",
    },
    attributes={tag: set(rules) - {"class"} for tag, rules in attributes.RULES.items()} | {"*": {"lang", "dir"}},
    allowed_classes={"figure": {"image", "image-left", "image-right"}, "table": {"data"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    strip_comments=True,
)  # fmt: skip


def clean(html: str) -> str:
    """Return `html` as a text of ours. Cleaning what is clean changes nothing.

    nh3 has the last word as it has the first: nothing that is put together in between leaves unseen.
    Raises `TooComplex` where the mark-up is beyond what a parser reads in a moment.
    """
    demand_moderate(html)
    html = structure.UNSEEN.sub("", html.replace("\r\n", "\n").replace("\r", "\n"))
    return _cleaner.clean(structure.valid(_cleaner.clean(html)))


def with_pictures(html: str, rule: Callable[[str, str], tuple[str, str] | None]) -> str:
    """Return `html`, not yet quite clean, with other pictures: `rule` gets each one's address and alternative text.

    It returns the new address and, where that is empty, the mark-up that stands in the picture's place; None: it stays.
    """

    def other(token):
        if token[2] != "img":
            return token[0]
        given = {name: unescape(value) for name, value in structure.ATTRIBUTE.findall(token[3])}
        found = rule(given["src"], given.get("alt", "")) if given.get("src") else None
        if found is None:
            return token[0]
        source, words = found
        if not {"width", "height"} <= given.keys():  # one alone is a wish of another page's
            given = {name: value for name, value in given.items() if name not in ("width", "height")}
        return structure.opening("img", given | {"src": source, "alt": given.get("alt", "")}) if source else words

    demand_moderate(html)
    return structure.TOKEN.sub(other, _cleaner.clean(html))

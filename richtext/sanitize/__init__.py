"""HTML sanitiser: turns any HTML into safe, valid rich text with a small set of tags."""

from __future__ import annotations

from collections.abc import Callable

import nh3

from richtext.complexity import check_complexity
from richtext.sanitize import attributes as attribute_rules
from richtext.sanitize import structure, tokens

# nh3 parses like a browser and keeps known tags; `structure` then renames old tags and makes the result valid.
_cleaner = nh3.Cleaner(
    tags=structure.MARKS
    | structure.LINES
    | structure.CONTAINERS
    | structure.BLOCKS
    | set(structure.RENAMED)
    | {"br", "hr", "img"},
    clean_content_tags={
        "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math",
        "title", "textarea", "select", "audio", "video", "canvas",
    },
    attributes={tag: set(rules) - {"class"} for tag, rules in attribute_rules.RULES.items()} | {"*": {"lang", "dir"}},
    allowed_classes={"figure": {"image", "image-left", "image-right"}, "table": {"data"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    strip_comments=True,
)  # fmt: skip


def sanitize(html: str) -> str:
    """Return HTML sanitised. Idempotent: sanitised HTML is unchanged.

    nh3 runs first and last, so that it also checks the output of `structure`. Raises `TooComplex` for mark-up that
    would take too long to parse.
    """
    check_complexity(html)
    html = tokens.INVISIBLE.sub("", html.replace("\r\n", "\n").replace("\r", "\n"))
    return _cleaner.clean(structure.to_valid_html(_cleaner.clean(html)))


def replace_images(html: str, rule: Callable[[str, str], tuple[str, str] | None]) -> str:
    """Return `html` with images replaced; the result still has to be sanitised.

    `rule` receives the URL and alternative text of each image. It returns (new URL, ""), or ("", HTML) to replace the
    image, or None to leave it unchanged.
    """

    def replaced(token):
        if token[2] != "img":
            return token[0]
        attributes = tokens.attributes_of(token[3])
        found = rule(attributes["src"], attributes.get("alt", "")) if attributes.get("src") else None
        if found is None:
            return token[0]
        source, replacement = found
        if not source:
            return replacement
        if not {"width", "height"} <= attributes.keys():  # one alone fits only the layout of the old page
            attributes = {name: value for name, value in attributes.items() if name not in ("width", "height")}
        return tokens.start_tag_html("img", attributes | {"src": source, "alt": attributes.get("alt", "")})

    check_complexity(html)
    return tokens.TOKEN.sub(replaced, _cleaner.clean(html))

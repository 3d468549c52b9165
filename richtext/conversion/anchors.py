"""Internal links of a text: pointed to the anchors of this site, or replaced by their text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from richtext.anchors import PREFIX_WORDS, WORD, words_digest
from richtext.conversion.tree import Node, descendants

PASSAGES = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
SITE_ANCHOR = re.compile(r"#p-[0-9a-f]{8}(?:-[0-9a-f]{8})?(?:-\d{1,4})?")


def resolve_internal_links(root: Node, add: Callable[[str, str], None]) -> None:
    """Point internal links to the anchors of their passages; remove links without a target."""
    links = [node for node in descendants(root) if node.tag == "a" and node.get("href").startswith("#")]
    if not links:
        return
    targets = passages_by_name(root)
    for link in links:
        href = link.get("href")
        if SITE_ANCHOR.fullmatch(href):
            continue
        name = targets.get(href[1:]) or targets.get(unquote(href[1:]))
        if name:
            link.attributes["href"] = f"#{name}"
            continue
        if text := link.text():
            add("anchor", text)
        link.tag = "span"


def passages_by_name(root: Node) -> dict[str, str]:
    """Return for each id and name the anchor of the passage around it, or of the next one."""
    anchors: dict[str, str] = {}
    waiting: list[str] = []  # names before the next passage

    def walk(node: Node, around: str) -> None:
        for child in node.children:
            if isinstance(child, str):
                continue
            here = around
            if child.tag in PASSAGES:
                here = anchor_of(child)
                if here:
                    anchors.update((name, here) for name in waiting if name not in anchors)
                    waiting.clear()
            names = [child.get("id"), child.get("name") if child.tag == "a" else ""]
            for name in filter(None, names):
                if here:
                    anchors.setdefault(name, here)
                else:
                    waiting.append(name)
            walk(child, here)

    walk(root, "")
    return anchors


def anchor_of(passage: Node) -> str:
    """Return the anchor of a passage, as `richtext.anchors` will compute it."""
    words = WORD.findall(unicodedata.normalize("NFKC", passage.text()).casefold())
    return f"p-{words_digest(words[:PREFIX_WORDS])}-{words_digest(words)}" if words else ""

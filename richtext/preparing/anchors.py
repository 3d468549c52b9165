"""Links within a text: to the anchor that the passage gets on the page, or to nothing, and then plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from richtext.anchors import LETTERS, WORDS, digest
from richtext.preparing.tree import Node, elements

PASSAGES = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
OURS = re.compile(r"#p-[0-9a-f]{8}(?:-[0-9a-f]{8})?(?:-\d{1,4})?")


def resolve(root: Node, add: Callable[[str, str], None]) -> None:
    """Lead the links within a text to passages of it; take those off that lead nowhere."""
    links = [node for node in elements(root) if node.tag == "a" and node.get("href").startswith("#")]
    if not links:
        return
    targets = passages_by_name(root)
    for link in links:
        href = link.get("href")
        if OURS.fullmatch(href):
            continue
        name = targets.get(href[1:]) or targets.get(unquote(href[1:]))
        if name:
            link.attributes["href"] = f"#{name}"
            continue
        if words := link.text():
            add("anchor", words)
        link.tag = "span"


def passages_by_name(root: Node) -> dict[str, str]:
    """Return the anchor of the passage at each id and name in a text: the passage around it, else the next one."""
    found: dict[str, str] = {}
    waiting: list[str] = []

    def walk(node: Node, around: str) -> None:
        for child in node.children:
            if isinstance(child, str):
                continue
            here = around
            if child.tag in PASSAGES:
                here = anchor_of(child)
                if here:
                    found.update((name, here) for name in waiting if name not in found)
                    waiting.clear()
            names = [child.get("id"), child.get("name") if child.tag == "a" else ""]
            for name in filter(None, names):
                if here:
                    found.setdefault(name, here)
                else:
                    waiting.append(name)
            walk(child, here)

    walk(root, "")
    return found


def anchor_of(passage: Node) -> str:
    """Return the anchor that `richtext.anchors` will give a passage."""
    words = LETTERS.findall(unicodedata.normalize("NFKC", passage.text()).casefold())
    return f"p-{digest(words[:WORDS])}-{digest(words)}" if words else ""

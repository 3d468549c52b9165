"""Hierarchy of pages, by their paths: visas/children is below visas."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from pages.models import Page


class PageNode(NamedTuple):
    """A page with the pages directly below it."""

    page: Page
    children: list[PageNode]


def parent_path(path: str, paths: Collection[str]) -> str | None:
    """Return the longest of the `paths` that `path` continues, or None: a/b/c continues a where there is no a/b."""
    while "/" in path:
        path = path.rpartition("/")[0]
        if path in paths:
            return path
    return None


def build_tree(pages: Iterable[Page]) -> list[PageNode]:
    """Return the pages that are below no other, in the order of `pages`, each with those below it."""
    nodes = {page.path: PageNode(page, []) for page in pages}
    tops = []
    for path, node in nodes.items():
        parent = parent_path(path, nodes)
        (tops if parent is None else nodes[parent].children).append(node)
    return tops


def flatten(nodes: Iterable[PageNode]) -> list[Page]:
    """Return the pages of a tree, each followed by those below it."""
    return [page for node in nodes for page in (node.page, *flatten(node.children))]

"""Hierarchy of pages, by their paths: visas/children is below visas."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Q

from pages.models import Page
from pages.models.pages import PageQuerySet


class PageNode(NamedTuple):
    """A page with the pages directly below it."""

    page: Page
    children: list[PageNode]


class Surroundings(NamedTuple):
    """The pages above a page, from the top down, those beside it, itself included, and those directly below it."""

    above: list[Page]
    beside: list[Page]  # empty at the top
    below: list[Page]


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


def surroundings_of(page: Page, shown: PageQuerySet) -> Surroundings:
    """Return the `shown` pages around a page: one query, for the pages with the same first part of the path."""
    top = page.path.partition("/")[0]
    family = {
        each.path: each
        for each in shown.filter(Q(path=top) | Q(path__startswith=f"{top}/")).only("title", "path", "order")
    }
    above: list[Page] = []
    path = parent_path(page.path, family)
    while path is not None:
        above.insert(0, family[path])
        path = parent_path(path, family)
    parents = {path: parent_path(path, family) for path in family}
    parent = above[-1].path if above else None
    return Surroundings(
        above,
        [family[path] for path in family if parent is not None and parents[path] == parent],
        [family[path] for path in family if parents[path] == page.path],
    )

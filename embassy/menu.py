"""Menu of the public pages: at most seven sections with their children, and which of them is current.

Messages have the categories as children, and the first three pages with pages below them the latter. All other pages
are children of one section, unless they fit beside the rest. The menu is the same on every page of an edition; the
marks are set for each request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from news.models import Category
from pages.hierarchy import build_tree, flatten
from pages.models import Page

MAX_SECTIONS = 7
PAGE_SECTIONS = MAX_SECTIONS - 3  # beside Messages, Counters, Contact
MAX_CHILDREN = 12  # of one section; the others are in the contents
EMBASSY_ANCHOR = "embassy"  # of the pages without a section of their own, in the contents


class MenuLink(NamedTuple):
    """A link with a title: of the footer, to a page, to a feed."""

    title: str
    url: str


class MenuItem(NamedTuple):
    """A section of the menu or one of its children.

    `current` is the value of aria-current: "page" for the page itself, "true" for a page above it, otherwise "".
    """

    title: str
    url: str
    children: tuple[MenuItem, ...] = ()
    current: str = ""


def build_menu(categories: Iterable[Category], pages: Iterable[Page]) -> list[MenuItem]:
    """Return at most seven sections; `pages` are the public pages in the menu, in their order. None is current."""
    return [
        MenuItem(_("Messages"), reverse("messages"), limit_children([as_item(category) for category in categories])),
        *build_page_sections(group_pages(pages)),
        MenuItem(_("Counters"), reverse("counters:index")),
        MenuItem(_("Contact"), reverse("consular:contact")),
    ]


def as_item(shown: Category | Page, children: Sequence[MenuItem] = ()) -> MenuItem:
    """Return the menu item of a category or a page."""
    return MenuItem(str(shown), shown.get_absolute_url(), tuple(children))


def group_pages(pages: Iterable[Page]) -> list[MenuItem]:
    """Return the pages that are below no other, in order, with all pages below them as children: visas, visas/fees."""
    return [as_item(top.page, [as_item(page) for page in flatten(top.children)]) for top in build_tree(pages)]


def build_page_sections(groups: Sequence[MenuItem]) -> list[MenuItem]:
    """Return a section for each group, or for the first three with children and one for all others."""
    if len(groups) <= PAGE_SECTIONS:
        return [group._replace(children=limit_children(group.children)) for group in groups]
    own = [group for group in groups if group.children][: PAGE_SECTIONS - 1]
    others = [MenuItem(group.title, group.url) for group in groups if group not in own]
    return [
        *(group._replace(children=limit_children(group.children)) for group in own),
        MenuItem(_("The Embassy"), f"{reverse('contents')}#{EMBASSY_ANCHOR}", limit_children(others)),
    ]


def limit_children(children: Sequence[MenuItem]) -> tuple[MenuItem, ...]:
    """Return the children; of too many, the first ones and a link to the contents."""
    if len(children) <= MAX_CHILDREN:
        return tuple(children)
    return (*children[: MAX_CHILDREN - 1], MenuItem(_("More in the contents"), reverse("contents")))


def mark_current(menu: Iterable[MenuItem], path: str) -> list[MenuItem]:
    """Return the menu with `current` set on the item of the page at `path`, and on those above it."""
    marked, contents = [], reverse("contents")  # where a section leads that has more children than it shows
    for item in menu:
        children = tuple(mark_current(item.children, path))
        if path == item.url:
            current = "page"
        else:
            is_above = path.startswith(item.url) or any(child.current for child in children if child.url != contents)
            current = "true" if is_above else ""
        marked.append(item._replace(children=children, current=current))
    return marked

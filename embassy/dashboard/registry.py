"""Registry of the dashboard: sections that each user sees according to their permissions.

The order of registration is the order on the page, in each of the two columns: work, and what is going on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse

MAX_COUNT = 1000  # rows that are counted
MAX_ROWS = 10  # rows of a section; the changelist has the others
WEEK = timedelta(days=7)
COLUMNS = WORK, AROUND = "work", "around"


class DashboardSection(NamedTuple):
    """A registered section, shown to users with any of its permissions."""

    name: str  # an HTML id and CSS class
    template: str
    column: str
    permissions: tuple[str, ...]
    build: Callable[..., dict | None]


SECTIONS: list[DashboardSection] = []


def dashboard_section(name: str, template: str, *permissions: str, column: str = WORK):
    """Register the decorated function of user and time, which returns the section as a dictionary, or None."""

    def register(build):
        SECTIONS.append(DashboardSection(name, template, column, permissions, build))
        return build

    return register


def build_sections(user, at: datetime) -> list[dict]:
    """Return the sections for `user` at the time `at`; each costs a query or two.

    A section has `name`, `template`, `column`, `rows`, `more` (whether there are others) and `url`; one that stays
    although it has no rows says so by `none`, a sentence.
    """
    built = []
    for section in sorted(SECTIONS, key=lambda section: COLUMNS.index(section.column)):
        if any(map(user.has_perm, section.permissions)) and (context := section.build(user, at)):
            built.append({"name": section.name, "template": section.template, "column": section.column, **context})
    return built


def section_listing(rows, url_name: str, query: str = "", **context) -> dict:
    """Return the first rows of a section, whether there are more, and the URL of the changelist."""
    rows = list(rows[: MAX_ROWS + 1])
    return {"rows": rows[:MAX_ROWS], "more": len(rows) > MAX_ROWS, "url": f"{reverse(url_name)}{query}", **context}


def capped_count(rows) -> int:
    """Return the number of rows, at most MAX_COUNT."""
    return rows.order_by().values("pk")[:MAX_COUNT].count()

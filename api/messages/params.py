"""Query parameters of the message list, parsed and combined."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from api.messages.parsers import PARAMETER_NAMES, PARAMETERS
from editions.json_api import MAX_ECHO, ProblemDetail
from news.archive import PAGE_SIZE, datetime_range
from news.models import Category
from redirects.models import Redirect

# Dates whose first and last instant, in any time zone, Python and both databases can represent.
FIRST_DAY, LAST_DAY = date(1001, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True)
class ListParams:
    """The parameters of a request for the message list."""

    values: dict  # parsed values by name
    query: dict  # the same as text, for links to other pages
    category: Category | None

    @classmethod
    def from_query(cls, query) -> ListParams:
        """Return the parameters of a query string; raise Problem for an invalid value or an unknown category."""
        query = {name: query[name] for name in PARAMETER_NAMES if name in query}
        values = {}
        for parameter in PARAMETERS:
            if parameter.name in query:
                text = query[parameter.name]
                try:
                    values[parameter.name] = parameter.parse(text)
                except ValueError:
                    raise ProblemDetail(str(parameter.error) % text[:MAX_ECHO], parameter=parameter.name) from None
        return cls(values, query, get_category(values["category"]) if "category" in values else None)

    @property
    def by_relevance(self) -> bool:
        return "q" in self.values and self.values.get("sort") != "date"

    @property
    def limit(self) -> int:
        return self.values.get("limit", PAGE_SIZE)

    @property
    def in_full(self) -> bool:
        return bool(self.values.get("full"))

    @property
    def has_date_range(self) -> bool:
        """Say whether the list begins or ends within a month, so that the monthly counts do not give its total."""
        return bool(self.values.keys() & {"from", "to"})

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and last day that all filters leave, None for no bound."""
        spans = []
        if "year" in self.values:
            spans.append((date(self.values["year"], 1, 1), date(self.values["year"], 12, 31)))
        if "month" in self.values:
            year, month = self.values["month"]
            spans.append((date(year, month, 1), date(year, month, monthrange(year, month)[1])))
        firsts = [*(first for first, _last in spans), *([self.values["from"]] if "from" in self.values else [])]
        lasts = [*(last for _first, last in spans), *([self.values["to"]] if "to" in self.values else [])]
        return (
            max(FIRST_DAY, *firsts) if firsts else None,
            min(LAST_DAY, *lasts) if lasts else None,
        )

    @property
    def is_empty(self) -> bool:
        """Say whether the date filters contradict each other."""
        first, last = self.days()
        return (first or FIRST_DAY) > (last or LAST_DAY)

    def time_range(self) -> tuple[datetime, datetime] | None:
        """Return the first and last instant of the days in the host's time zone; None for no bounds."""
        first, last = self.days()
        if not first and not last:
            return None
        return datetime_range(first or FIRST_DAY, last or LAST_DAY)

    def notes(self) -> list[str]:
        """Return remarks on the parameters."""
        found = []
        if self.is_empty:
            found.append(_("The date filters exclude each other, so there are no results. Remove one of them."))
        if self.values.get("sort") == "relevance" and "q" not in self.values:
            found.append(_("Sorting by relevance needs q. The newest messages come first."))
        if self.values.keys() >= {"before", "after"}:
            found.append(_("“after” is ignored because “before” is given."))
        return found

    def url(self, **cursor) -> str:
        """Return the absolute URL of the list at a cursor (before=… or after=…), or of its first page."""
        query = {name: value for name, value in self.query.items() if name not in ("before", "after")} | cursor
        text = urlencode([(name, str(query[name])) for name in PARAMETER_NAMES if name in query])
        return f"{settings.SITE_URL}{reverse('api:messages')}{'?' if text else ''}{text}"


def get_category(slug: str) -> Category:
    """Return the category with a slug, current or former; raise Problem where there is none."""
    found = Category.objects.filter(slug=slug).first()
    if not found:
        former = Redirect.objects.filter(path=f"{reverse('messages')}{slug}/").select_related("category").first()
        found = former and former.category
    if not found:
        raise ProblemDetail(_("Unknown category “%s”. See /api/categories/.") % slug, 404, parameter="category")
    return found

"""What is asked of the list of messages: its parameters, read, and what they mean together."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from editions.programs import SHOWN, Problem
from news.api.parameters import KNOWN, PARAMETERS
from news.archive import PAGE, moments_of
from news.models import Category, Redirect

# The moments of these days, in whatever zone, are ones that Python and the databases know.
FIRST_DAY, LAST_DAY = date(1001, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True)
class Asked:
    """A list of messages as an address asks for it."""

    given: dict  # name: value as read, of the parameters that are given
    query: dict  # the same as they stand in the address
    category: Category | None

    @classmethod
    def read(cls, query) -> Asked:
        """Return what a query string asks for; raise Problem for what can't be read, and an unknown category."""
        query = {name: query[name] for name in KNOWN if name in query}
        given = {}
        for parameter in PARAMETERS:
            if parameter.name in query:
                text = query[parameter.name]
                try:
                    given[parameter.name] = parameter.read(text)
                except ValueError:
                    raise Problem(str(parameter.otherwise) % text[:SHOWN], parameter=parameter.name) from None
        return cls(given, query, category_of(given["category"]) if "category" in given else None)

    @property
    def by_relevance(self) -> bool:
        return "q" in self.given and self.given.get("sort") != "date"

    @property
    def limit(self) -> int:
        return self.given.get("limit", PAGE)

    @property
    def in_full(self) -> bool:
        return bool(self.given.get("full"))

    @property
    def is_spread(self) -> bool:
        """Say whether some days are asked for, which no tally counts."""
        return bool(self.given.keys() & {"from", "to"})

    def days(self) -> tuple[date | None, date | None]:
        """Return the first day and the last that all the filters leave, None for no bound."""
        spans = []
        if "year" in self.given:
            spans.append((date(self.given["year"], 1, 1), date(self.given["year"], 12, 31)))
        if "month" in self.given:
            year, month = self.given["month"]
            spans.append((date(year, month, 1), date(year, month, monthrange(year, month)[1])))
        firsts = [*(first for first, _last in spans), *([self.given["from"]] if "from" in self.given else [])]
        lasts = [*(last for _first, last in spans), *([self.given["to"]] if "to" in self.given else [])]
        return (
            max(FIRST_DAY, *firsts) if firsts else None,
            min(LAST_DAY, *lasts) if lasts else None,
        )

    @property
    def is_impossible(self) -> bool:
        """Say whether no day is left."""
        first, last = self.days()
        return (first or FIRST_DAY) > (last or LAST_DAY)

    def moments(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last moment of the days that are left, in the host's zone; None for all of them."""
        first, last = self.days()
        if not first and not last:
            return None
        return moments_of(first or FIRST_DAY, last or LAST_DAY)

    def notes(self) -> list[str]:
        """Return what to know about the answer beforehand."""
        found = []
        if self.is_impossible:
            found.append(_("The filters leave no day: nothing can be found. Take one of them back."))
        if self.given.get("sort") == "relevance" and "q" not in self.given:
            found.append(_("Without q there is nothing to be relevant to: the newest come first."))
        if self.given.keys() >= {"before", "after"}:
            found.append(_("“after” is not heeded beside “before”."))
        return found

    def address(self, **place) -> str:
        """Return the address of the same list at another place: before=…, after=…, or the first page of it."""
        query = {name: value for name, value in self.query.items() if name not in ("before", "after")} | place
        text = urlencode([(name, str(query[name])) for name in KNOWN if name in query])
        return f"{settings.SITE_URL}{reverse('api:messages')}{'?' if text else ''}{text}"


def category_of(slug: str) -> Category:
    """Return the category of a slug, also of a former one: programs ask for years. Raise Problem for no category."""
    found = Category.objects.filter(slug=slug).first()
    if not found:
        former = Redirect.objects.filter(path=f"{reverse('messages')}{slug}/").select_related("category").first()
        found = former and former.category
    if not found:
        sentence = _("There is no category “%s”. /api/categories/ has them all.")
        raise Problem(sentence % slug, 404, parameter="category")
    return found

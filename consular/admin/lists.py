"""The list of enquiries: by state, topic and age, what is due first on top. Nothing personal is in it.

Only a reference and a person's keyed hash ever stand in its address. An e-mail address is looked for by POST, so that
no log, and no browser's history, learns who wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.contrib import messages
from django.db.models import BigIntegerField, ExpressionWrapper, F
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from consular.access_log import record
from consular.admin.guards import officers, to_list
from consular.deadlines import add_words
from consular.models import Enquiry, Erasure, Topic, Trace
from consular.references import read_reference
from consular.undelivered import add_failed_letters
from editions.ids import is_id
from letters.email_addresses import clean_email
from richtext.plaintext import clean_line, remove_invisible

PAGE = 50
DEEPEST = 400  # pages: what lies deeper is found by its topic, or by its reference
LONGEST_SAID = 320  # characters of an e-mail address or a reference that is looked for
COUNTED = 500  # a filter's number is counted so far, then said to be more


def among(rows, column: str, pk):
    """Narrow a state's rows down to those that point to `pk`, in the state's own order.

    A sum is compared, not the column: else SQLite takes the column's index, then reads and sorts all that it leads to.
    """
    return rows.alias(sum=ExpressionWrapper(F(column) + 0, BigIntegerField())).filter(sum=int(pk))


SOONEST = ["answer_by", "pk"]

# The states of the list: what each is called, which rows it holds, and in what order they are read.
STATES = {
    "waiting": (gettext_lazy("Waiting"), lambda rows, asks: rows.waiting(), SOONEST),
    "overdue": (gettext_lazy("Overdue"), lambda rows, asks: rows.overdue(asks.today), SOONEST),
    "mine": (gettext_lazy("Mine"), lambda rows, asks: among(rows.waiting(), "assigned_to_id", asks.user.pk), SOONEST),
    "undelivered": (gettext_lazy("E-mail not delivered"), lambda rows, asks: rows.undelivered(), SOONEST),
    "answered": (gettext_lazy("Answered"), lambda rows, asks: rows.answered(), ["-answered_at", "-pk"]),
    "closed": (gettext_lazy("Closed"), lambda rows, asks: rows.closed(), ["-closed_at", "-pk"]),
    "suspected": (gettext_lazy("Suspected of spam"), lambda rows, asks: rows.suspected_spam(), ["-received_at", "-pk"]),
}
AGES = {
    "week": (gettext_lazy("older than a week"), timedelta(days=7)),
    "month": (gettext_lazy("older than 30 days"), timedelta(days=30)),
}


@dataclass(frozen=True)
class Asked:
    """What the list is asked for: a state, topic and age; or a reference; or a person, by keyed hashes."""

    user: object
    at: object
    state: str = "waiting"
    topic: str = ""
    age: str = ""
    q: str = ""
    person: str = ""
    p: str = "1"

    @classmethod
    def of(cls, request) -> Asked:
        """Return what an address asks; what it can't mean is left out."""
        given = request.GET
        return cls(
            request.user,
            request.at,
            given.get("state") if given.get("state") in STATES else "waiting",
            given.get("topic", "") if is_id(given.get("topic", "")) else "",
            given.get("age") if given.get("age") in AGES else "",
            given.get("q", "")[:LONGEST_SAID].strip(),
            given.get("person", "")[:650],
            given.get("p", "1"),
        )

    @property
    def today(self):
        return timezone.localdate(self.at)

    @property
    def is_search(self) -> bool:
        return bool(self.q or self.person)

    @cached_property
    def reference(self) -> str | None:
        return read_reference(self.q)

    def rows(self, state=""):
        """Return the rows, in order; of another state, with the same topic and age, where one is named."""
        if self.q:
            return Enquiry.objects.filter(reference=self.reference)
        if self.person:
            return Enquiry.objects.filter(email_hash__in=self.person.split("."))
        _name, chosen, order = STATES[state or self.state]
        rows = chosen(Enquiry.objects.order_by(*order), self)
        if self.topic:
            rows = among(rows, "topic_id", self.topic)
        return rows.filter(received_at__lt=self.at - AGES[self.age][1]) if self.age else rows

    def page(self) -> tuple[list[Enquiry], int, bool]:
        """Return the rows of the page that is asked for, its number, and whether another follows.

        First their numbers alone, from an index; then what is shown of them.
        """
        number = min(max(int(self.p), 1), DEEPEST) if is_id(self.p) else 1
        start = (number - 1) * PAGE
        pks = list(self.rows().values_list("pk", flat=True)[start : start + PAGE + 1])
        found = Enquiry.objects.for_list().in_bulk(pks[:PAGE])
        return [found[pk] for pk in pks[:PAGE] if pk in found], number, len(pks) > PAGE

    # For the template

    def address(self, **changes) -> str:
        """Return the address of the list with something else asked; a search is left, and pages begin anew."""
        changed = replace(self, **{"q": "", "person": "", "p": "1"} | changes)
        query = {name: getattr(changed, name) for name in ("state", "topic", "age", "q", "person", "p")}
        plain = {"state": "waiting", "p": "1"}
        query = {name: value for name, value in query.items() if value and value != plain.get(name)}
        return reverse("admin:consular_enquiry_changelist", query=query)

    def states(self):
        """Yield the states: name, address, count, whether it is shown."""
        for state, (name, _rows, _order) in STATES.items():
            count = self.only_filters().rows(state).values("pk")[: COUNTED + 1].count()
            if state == "undelivered" and not count and self.state != state:
                continue  # seldom needed
            words = _("more than %(count)s") % {"count": COUNTED} if count > COUNTED else str(count)
            yield name, self.address(state=state), words, state == self.state and not self.is_search

    def topics(self):
        """Yield the topics: name, address, whether it is shown."""
        yield _("All topics"), self.address(topic=""), not self.topic
        for topic in Topic.objects.only("name"):
            yield topic.name, self.address(topic=str(topic.pk)), self.topic == str(topic.pk)

    def ages(self):
        """Yield the ages: name, address, whether it is shown."""
        yield _("Any age"), self.address(age=""), not self.age
        for key, (name, _span) in AGES.items():
            yield name, self.address(age=key), self.age == key

    def only_filters(self) -> Asked:
        return replace(self, q="", person="")

    def erased(self):
        """Return what stays of an erased enquiry, where its reference is asked for."""
        return Erasure.objects.filter(reference=self.reference).first() if self.reference else None


@officers("consular.view_enquiry")
@require_safe
def enquiries(request, desk):
    """The list, by what its address asks."""
    if "@" in request.GET.get("q", ""):
        messages.warning(
            request,
            _(
                "An e-mail address stood in the address of this page, where logs would keep it. Nothing was looked "
                "for. Type it into the field and press Find: so it stays out of them."
            ),
        )
        return to_list()
    asked = Asked.of(request)
    if asked.person:
        record_found(asked.rows(), request)
    return list_page(request, desk, asked)


@officers("consular.view_enquiry")
@require_POST
@sensitive_post_parameters()
def find(request, desk):
    """Look for a reference as it was spelt, or for whoever has exactly this e-mail address."""
    said = clean_said(request.POST.get("said", ""))
    if "@" in said and "\x00" not in said:
        theirs = Enquiry.objects.from_email(said).order_by()
        person = ".".join(theirs.values_list("email_hash", flat=True).distinct())
        if person:
            record_found(theirs, request)
            return to_list(person=person)
        fault = _("Nobody has written from exactly this e-mail address, or it was all erased.")
    elif reference := read_reference(said):
        return to_list(q=reference)
    else:
        fault = _(
            "That is neither a reference, like 7K2M-Q9XD, nor a whole e-mail address. Ask for the reference again, "
            "letter by letter. Names and texts are sealed, and can't be searched."
        )
    return list_page(request, desk, Asked(request.user, request.at), said=said, fault=fault)


def clean_said(text: str) -> str:
    """Return what an officer pasted into the search, without what copying adds to it."""
    text = text[:LONGEST_SAID]
    return clean_email(text) if "@" in text or "＠" in text else clean_line(remove_invisible(text))


def record_found(rows, request) -> None:
    """Leave a trace in each enquiry of a person that an officer has looked for."""
    record(rows.values_list("pk", flat=True), Trace.Kind.FOUND, request.user, request.at)


def list_page(request, desk, asked: Asked, *, said="", fault=""):
    """Return the list as it is asked for; a search that failed stands in it with its fault."""
    rows, number, more = asked.page()
    add_words(rows, request.at)
    add_failed_letters(rows)
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Enquiries"),
        "opts": desk.opts,
        "asked": asked,
        "rows": rows,
        "said": said or asked.q,
        "fault": fault,
        "erased": None if rows else asked.erased(),
        "number": number,
        "newer": asked.address(q=asked.q, person=asked.person, p=str(number - 1)) if number > 1 else "",
        "older": asked.address(q=asked.q, person=asked.person, p=str(number + 1)) if more and number < DEEPEST else "",
    }
    return render(request, "admin/consular/enquiry/list.html", context)

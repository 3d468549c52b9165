"""List of enquiries in the admin, by state, topic and age, without personal data.

Its URL may contain a reference or the keyed hash of a person. An e-mail address is searched for by POST, so that it
gets into no log and no browser history.
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
from consular.admin.decorators import redirect_to_list, require_enquiry_permission
from consular.deadlines import annotate_deadlines
from consular.models import Enquiry, EnquiryLogEntry, Erasure, Topic
from consular.references import read_reference
from consular.undelivered import annotate_failed_emails
from core.email_addresses import clean_email
from core.ids import is_valid_pk
from core.text_fields import clean_line, remove_invisible

PAGE_SIZE = 50
MAX_PAGE = 400  # pages: older rows are found by topic or reference
MAX_SEARCH_LENGTH = 320  # characters of a search for an e-mail address or a reference
MAX_COUNT = 500  # the limit of a filter's count, shown as "more than"


def narrowed_to(rows, column: str, pk):
    """Return the rows whose `column` is `pk`, in the order of the state's index.

    The filter is on `column + 0`: with the plain column SQLite would use its index, and read and sort all its rows.
    """
    return rows.alias(sum=ExpressionWrapper(F(column) + 0, BigIntegerField())).filter(sum=int(pk))


BY_DEADLINE = ["answer_by", "pk"]

# The states of the list: name, rows, order.
STATES = {
    "waiting": (gettext_lazy("Waiting"), lambda rows, filters: rows.waiting(), BY_DEADLINE),
    "overdue": (gettext_lazy("Overdue"), lambda rows, filters: rows.overdue(filters.today), BY_DEADLINE),
    "mine": (
        gettext_lazy("Mine"),
        lambda rows, filters: narrowed_to(rows.waiting(), "assigned_to_id", filters.user.pk),
        BY_DEADLINE,
    ),
    "undelivered": (gettext_lazy("E-mail not delivered"), lambda rows, filters: rows.undelivered(), BY_DEADLINE),
    "answered": (gettext_lazy("Answered"), lambda rows, filters: rows.answered(), ["-answered_at", "-pk"]),
    "closed": (gettext_lazy("Closed"), lambda rows, filters: rows.closed(), ["-closed_at", "-pk"]),
    "suspected": (gettext_lazy("Suspected spam"), lambda rows, filters: rows.suspected_spam(), ["-received_at", "-pk"]),
}
AGES = {
    "week": (gettext_lazy("older than a week"), timedelta(days=7)),
    "month": (gettext_lazy("older than 30 days"), timedelta(days=30)),
}


@dataclass(frozen=True)
class EnquiryFilter:
    """The filters of the list: state, topic and age; or a reference; or a person, by keyed hashes."""

    user: object
    at: object
    state: str = "waiting"
    topic: str = ""
    age: str = ""
    q: str = ""
    person: str = ""
    p: str = "1"

    @classmethod
    def of(cls, request) -> EnquiryFilter:
        """Return the filters of a URL; invalid values are ignored."""
        given = request.GET
        return cls(
            request.user,
            request.at,
            given.get("state") if given.get("state") in STATES else "waiting",
            given.get("topic", "") if is_valid_pk(given.get("topic", "")) else "",
            given.get("age") if given.get("age") in AGES else "",
            given.get("q", "")[:MAX_SEARCH_LENGTH].strip(),
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
        """Return the rows in order; of another state with the same topic and age, if given."""
        if self.q:
            return Enquiry.objects.filter(reference=self.reference)
        if self.person:
            return Enquiry.objects.filter(email_hash__in=self.person.split("."))
        _name, chosen, order = STATES[state or self.state]
        rows = chosen(Enquiry.objects.order_by(*order), self)
        if self.topic:
            rows = narrowed_to(rows, "topic_id", self.topic)
        return rows.filter(received_at__lt=self.at - AGES[self.age][1]) if self.age else rows

    def page(self) -> tuple[list[Enquiry], int, bool]:
        """Return the rows of the requested page, its number, and whether there is a next one.

        One query reads the ids from an index, another the rows.
        """
        number = min(max(int(self.p), 1), MAX_PAGE) if is_valid_pk(self.p) else 1
        start = (number - 1) * PAGE_SIZE
        pks = list(self.rows().values_list("pk", flat=True)[start : start + PAGE_SIZE + 1])
        found = Enquiry.objects.for_list().in_bulk(pks[:PAGE_SIZE])
        return [found[pk] for pk in pks[:PAGE_SIZE] if pk in found], number, len(pks) > PAGE_SIZE

    # For the template

    def address(self, **changes) -> str:
        """Return the URL of the list with changed filters, without the search, from page 1."""
        changed = replace(self, **{"q": "", "person": "", "p": "1"} | changes)
        query = {name: getattr(changed, name) for name in ("state", "topic", "age", "q", "person", "p")}
        plain = {"state": "waiting", "p": "1"}
        query = {name: value for name, value in query.items() if value and value != plain.get(name)}
        return reverse("admin:consular_enquiry_changelist", query=query)

    def states(self):
        """Yield (name, URL, count, is selected) of the states."""
        for state, (name, _rows, _order) in STATES.items():
            count = self.only_filters().rows(state).values("pk")[: MAX_COUNT + 1].count()
            if state == "undelivered" and not count and self.state != state:
                continue  # shown only when needed
            shown = _("more than %(count)s") % {"count": MAX_COUNT} if count > MAX_COUNT else str(count)
            yield name, self.address(state=state), shown, state == self.state and not self.is_search

    def topics(self):
        """Yield (name, URL, is selected) of the topics."""
        yield _("All topics"), self.address(topic=""), not self.topic
        for topic in Topic.objects.only("name"):
            yield topic.name, self.address(topic=str(topic.pk)), self.topic == str(topic.pk)

    def ages(self):
        """Yield (name, URL, is selected) of the ages."""
        yield _("Any age"), self.address(age=""), not self.age
        for key, (name, _span) in AGES.items():
            yield name, self.address(age=key), self.age == key

    def only_filters(self) -> EnquiryFilter:
        return replace(self, q="", person="")

    def erased(self):
        """Return the erasure record of the enquiry whose reference is searched for."""
        return Erasure.objects.filter(reference=self.reference).first() if self.reference else None


@require_enquiry_permission("consular.view_enquiry")
@require_safe
def enquiry_list(request, model_admin):
    """Show the list."""
    if "@" in request.GET.get("q", ""):
        messages.warning(
            request,
            _(
                "The search was not run, because e-mail addresses must not appear in web addresses. Enter it in the "
                "search box."
            ),
        )
        return redirect_to_list()
    filters = EnquiryFilter.of(request)
    if filters.person:
        log_found(filters.rows(), request)
    return list_page(request, model_admin, filters)


@require_enquiry_permission("consular.view_enquiry")
@require_POST
@sensitive_post_parameters()
def find(request, model_admin):
    """Search for a reference, or for the enquiries from exactly this e-mail address."""
    said = clean_search(request.POST.get("said", ""))
    if "@" in said and "\x00" not in said:
        theirs = Enquiry.objects.from_email(said).order_by()
        person = ".".join(theirs.values_list("email_hash", flat=True).distinct())
        if person:
            log_found(theirs, request)
            return redirect_to_list(person=person)
        error = _("There are no enquiries from exactly this e-mail address, or they were erased.")
    elif reference := read_reference(said):
        return redirect_to_list(q=reference)
    else:
        error = _(
            "Enter a reference, for example 7K2M-Q9XD, or a full e-mail address. On the phone, ask the caller "
            "to spell the reference again. Names and texts are encrypted and cannot be searched."
        )
    return list_page(request, model_admin, EnquiryFilter(request.user, request.at), said=said, error=error)


def clean_search(text: str) -> str:
    """Return the text of a search without the characters that copying adds."""
    text = text[:MAX_SEARCH_LENGTH]
    return clean_email(text) if "@" in text or "＠" in text else clean_line(remove_invisible(text))


def log_found(rows, request) -> None:
    """Log in each enquiry of a person that an officer has searched for it."""
    record(rows.values_list("pk", flat=True), EnquiryLogEntry.Kind.FOUND, request.user, request.at)


def list_page(request, model_admin, filters: EnquiryFilter, *, said="", error=""):
    """Return the page of the list; after a failed search, with its text and error."""
    rows, number, more = filters.page()
    annotate_deadlines(rows, request.at)
    annotate_failed_emails(rows)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Enquiries"),
        "opts": model_admin.opts,
        "filters": filters,
        "rows": rows,
        "said": said or filters.q,
        "error": error,
        "erased": None if rows else filters.erased(),
        "number": number,
        "newer": filters.address(q=filters.q, person=filters.person, p=str(number - 1)) if number > 1 else "",
        "older": filters.address(q=filters.q, person=filters.person, p=str(number + 1))
        if more and number < MAX_PAGE
        else "",
    }
    return render(request, "admin/consular/enquiry/list.html", context)

"""E-mails about the workflow of pages: recipients and texts. Committed to the outbox with the step."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model

from outbox.models import OutboxEmail
from outbox.registry import absolute_url, build_message, register_email
from pages.models import Page, PageLogEntry

Kind = PageLogEntry.Kind


def notify(page: Page, at: datetime) -> None:
    """Queue an e-mail to each user concerned by the steps that were taken at `at` on a page or change."""
    for entry in page.log_entries.filter(at=at).select_related("page"):
        for user in recipients(entry):
            OutboxEmail.objects.enqueue("page step", object_id=entry.pk, recipient_id=user.pk, at=at)


@register_email("page step")
def step_email(email: OutboxEmail):
    """Return the e-mail about a log entry; None where its recipient has left."""
    entry = PageLogEntry.objects.select_related("page", "by").filter(pk=email.object_id).first()
    users = reachable(get_user_model().objects.filter(pk=email.recipient_id, is_active=True), set())
    if entry is None or not users:
        return None
    url = absolute_url("admin:pages_page_change", entry.page_id)
    context = {"entry": entry, "page": entry.page, "title": " ".join(entry.page.title.split()), "url": url}
    return build_message("pages/emails/step.txt", users[0].email, context)


def recipients(entry: PageLogEntry) -> list:
    """Return the users to tell about a step: who can approve what is submitted; authors of what came of it.

    Where one user has approved alone, with a reason, or published before the time, the other approvers are told.
    """
    page, authors = entry.page, entry.page.authors()
    if entry.kind == Kind.SUBMITTED:
        superusers = get_user_model().objects.filter(is_superuser=True, is_active=True)
        return reachable(approvers(), authors) or reachable(superusers, authors)
    others = reachable(approvers(), {entry.by_id}) if entry.kind == Kind.PUBLISHED_NOW or entry.reason else []
    if entry.kind == Kind.APPROVED:
        return unique(authors_of(page, entry) + others)
    if entry.kind == Kind.SENT_BACK:
        return authors_of(page, entry)
    return others if entry.kind == Kind.PUBLISHED_NOW else []


def authors_of(page: Page, entry: PageLogEntry) -> list:
    """Return the authors of a page and those who submitted it, but not the user of this step."""
    submitters = page.log_entries.filter(kind=Kind.SUBMITTED).values_list("by", flat=True)
    users = get_user_model().objects.filter(pk__in=(page.authors() | set(submitters)) - {None}, is_active=True)
    return reachable(users, {entry.by_id})


def approvers():
    """Return the users who may approve pages, superusers aside."""
    return get_user_model().objects.with_perm(
        "pages.approve_page", include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )


def reachable(users, excluded: set) -> list:
    """Return the staff among users, without those in `excluded` and those without an e-mail address."""
    excluded = excluded - {None}
    return list(users.filter(is_staff=True).exclude(pk__in=excluded).exclude(email="").order_by("pk").distinct())


def unique(users: list) -> list:
    """Return users without repetitions."""
    return list({user.pk: user for user in users}.values())

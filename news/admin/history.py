"""History of a message in the admin: versions and workflow log, comparison word by word, restoring."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.ids import is_valid_pk
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from news import versions
from news.admin.public_edits import PublicEditMixin
from news.admin.views import AdminViews, redirect_to_form
from news.models import Message, WorkflowLogEntry
from news.models.messages import initial_version

PAGE_SIZE = 100  # versions on a page of the history


class RestoreForm(PublicEditMixin, forms.Form):
    """The form shown before an earlier version of a public message is restored."""

    def __init__(self, *args, message, version, request, **kwargs):
        super().__init__(*args, auto_id="id_restore_%s", **kwargs)
        self.text_differs = versions.text_differs(message, version)
        self.set_up_question(message.was_public(request.at), request.user)

    def clean(self):
        self.check_answer()
        return self.cleaned_data


@dataclass(frozen=True)
class Event:
    """A row of the history: a version or a log entry."""

    at: datetime
    by: object
    what: str
    reason: str = ""
    version: int | None = None
    previous: int | None = None  # the version before it
    is_current: bool = False


class HistoryViews(AdminViews):
    """The history, in place of Django's; two versions compared; and the button that restores one."""

    def urls(self):
        return [
            self.url("<int:pk>/history/compare/", self.compare, "compare"),
            self.url(
                "<int:pk>/history/<int:version>/restore/", self.restore_version, "restore_version", post_only=True
            ),
        ]

    def history(self, request, object_id):
        """List versions and log entries, newest first: a page of those before the version `before`."""
        message = self.get_visible(request, object_id)
        before = id_parameter(request, "before")
        rows = versions_of(message)
        page = list((rows.filter(history_id__lt=before) if before else rows)[: PAGE_SIZE + 1])
        has_more = len(page) > PAGE_SIZE
        end = rows.filter(history_id=before).values_list("history_date", flat=True).first() if before else None
        start = page[-2].history_date if has_more else None
        events = [*version_events(message, page), *log_events(message, start, end)]
        return self.render(
            request,
            "history.html",
            title=_("History"),
            message=message,
            # A log entry is listed above the version that was saved with it at the same time.
            events=sorted(events, key=lambda event: (event.at, event.version is None), reverse=True),
            versions=[event.version for event in events if event.version],
            older=page[-2].history_id if has_more else None,
        )

    def compare(self, request, pk):
        """Compare the version `a` with `b`, or with the current text where there is no `b`."""
        a, b = id_parameter(request, "a"), id_parameter(request, "b")
        if not a:
            raise Http404
        return self.comparison(request, self.get_visible(request, pk), min(a, b or a), b and max(a, b))

    def comparison(self, request, message, a, b=None, form=None):
        """Return the page with two versions compared, and the form that restores the older one where it differs."""
        old = get_object_or_404(versions_of(message), history_id=a)
        new = get_object_or_404(versions_of(message), history_id=b) if b else message
        can_restore = not b and self.model_admin.has_change_permission(request, message)
        if can_restore and form is None and versions.restorable_fields(message, old):
            form = RestoreForm(message=message, version=old, request=request)
        differences = versions.field_differences(Message, old, new)
        return self.render(
            request,
            "compare.html",
            title=_("Version") if a == b else _("Compare versions"),
            message=message,
            old=old,
            new=new if b else None,
            differences=differences,
            text_fields=versions.TEXT_FIELDS,
            changed=any(difference.changed for difference in differences),
            form=form,
        )

    def restore_version(self, request, pk, version):
        """Restore an earlier text as a new version, with the form's input for a public message."""
        message = self.get_editable(request, pk)
        old = get_object_or_404(versions_of(message), history_id=version)
        form = RestoreForm(request.POST, message=message, version=old, request=request)
        if not form.is_valid():
            return self.comparison(request, message, version, form=form)
        time = in_zones(old.history_date)
        with new_edition():
            message = self.get_visible(request, pk)  # read again: the row is locked from here
            try:
                message.revert(old, _("The version of %s.") % time, at=request.at, by=request.user)
            except ValidationError as error:
                messages.warning(request, " ".join(error.messages))
            else:
                form.record_change(request, message)
                messages.success(request, _("The text of %s has been restored.") % time)
        return redirect_to_form(message)


def versions_of(message):
    """Return the versions of a message, newest first."""
    return message.history.select_related("history_user").order_by("-history_id")


def id_parameter(request, name: str) -> int | None:
    """Return a version's number from the query string; None without a valid one."""
    text = request.GET.get(name)
    return int(text) if text and is_valid_pk(text) else None


def version_events(message, rows) -> Iterator[Event]:
    """Yield the versions in which something was written; log entries describe the others.

    The row after a full page is only there for the comparison with the last one.
    """
    rows = rows or [initial_version(message)]
    for row, previous in zip(rows[:PAGE_SIZE], [*rows[1:], None], strict=False):
        fields = versions.changed_fields(Message, previous, row) if previous else []
        attachments = versions.change_reason_text(row)
        if previous and not fields and not attachments:
            continue
        what = _("changed: %s") % ", ".join(str(field.verbose_name) for field in fields) if fields else _("written")
        if previous and attachments and not fields:
            what = f"{WorkflowLogEntry.Kind.ATTACHED.label}: {attachments}"
        yield Event(
            row.history_date,
            row.history_user,
            what,
            version=row.history_id,
            previous=previous.history_id if previous and fields else None,
            is_current=not versions.changed_fields(Message, row, message),
        )


def log_events(message, start, end) -> Iterator[Event]:
    """Yield the log entries from `start` to before `end`; None leaves a side open."""
    entries = message.log_entries.select_related("by")
    entries = entries.filter(at__lt=end) if end else entries
    for entry in entries.filter(at__gte=start) if start else entries:
        yield Event(entry.at, entry.by, entry.get_kind_display(), entry.reason)

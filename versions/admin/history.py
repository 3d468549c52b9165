"""History of a row in the admin: its versions, comparison of any two word by word, restoring.

A ModelAdmin includes `urls()` in its `get_urls` and returns `history` as its `history_view`. A subclass adds events
that are no versions, and questions to ask before an earlier version is restored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.admin.views import AdminViews, redirect_to_form
from core.ids import is_valid_pk
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from versions import comparison
from versions.admin.conflicts import newest_version
from versions.admin.three_way_merge import last_saved_by
from versions.children import snapshot_of

PAGE_SIZE = 100  # versions on a page of the history


@dataclass(frozen=True)
class Event:
    """A line of the history: a version, or another event."""

    at: datetime
    by: object
    what: str
    reason: str = ""
    version: int | None = None
    previous: int | None = None  # the version before it
    is_current: bool = False


class RestoreForm(forms.Form):
    """The form shown before an earlier version is restored."""

    def __init__(self, *args, row, version, request, **kwargs):
        super().__init__(*args, auto_id="id_restore_%s", **kwargs)


class HistoryViews(AdminViews):
    """The history, in place of Django's; two versions compared; and the button that restores one."""

    default_templates = "admin/versions"
    restore_form = RestoreForm

    def urls(self):
        return [
            self.url("<int:pk>/history/compare/", self.compare, "compare"),
            self.url(
                "<int:pk>/history/<int:version>/restore/", self.restore_version, "restore_version", post_only=True
            ),
        ]

    # For subclasses

    def other_events(self, request, row, start: datetime | None, end: datetime | None) -> Iterator[Event]:
        """Yield the events that are no versions, from `start` to before `end`; None leaves a side open."""
        yield from ()

    def reason_text(self, version) -> str:
        """Return the reason of a version as the history shows it."""
        return version.history_change_reason or ""

    def restore_reason(self, form) -> str:
        """Return why a version is restored, from the form, where it asks for that."""
        return ""

    def can_restore(self, request, row) -> bool:
        """Return whether the user may restore an earlier version of a row."""
        return self.model_admin.has_change_permission(request, row)

    def restore(self, request, row, version, form):
        """Restore a version as a new one, unless the row was saved meanwhile. `form` is valid. Return the response."""
        time = in_zones(version.history_date)
        reason = " ".join(filter(None, [_("The version of %s.") % time, self.restore_reason(form)]))
        with new_edition():
            request.newest_version = newest_version(self.model_admin.model, row.pk)
            row = self.get_visible(request, row.pk)  # read again: the row is locked from here
            if request.POST.get("version", request.newest_version) != request.newest_version:
                form.add_error(None, _("%s Compare the texts again before you restore.") % last_saved_by(row))
                return self.comparison(request, row, version.history_id, form=form)
            try:
                row.revert(version, reason, at=request.at, by=request.user)
            except ValidationError as error:
                messages.warning(request, " ".join(error.messages))
            else:
                messages.success(request, _("The text of %s has been restored.") % time)
        return redirect_to_form(row)

    # Views

    def history(self, request, object_id):
        """List the versions and other events, newest first: a page of those before the version `before`."""
        row = self.get_visible(request, object_id)
        before = id_parameter(request, "before")
        rows = versions_of(row)
        page = list((rows.filter(history_id__lt=before) if before else rows)[: PAGE_SIZE + 1])
        has_more = len(page) > PAGE_SIZE
        if row.versioned_children:
            row.children = snapshot_of(row)  # read once, and not for each version that is compared with the row
        end = rows.filter(history_id=before).values_list("history_date", flat=True).first() if before else None
        start = page[-2].history_date if has_more else None
        events = [*self.version_events(row, page), *self.other_events(request, row, start, end)]
        return self.render(
            request,
            "history.html",
            title=_("History"),
            row=row,
            # Another event is listed above the version that was saved with it at the same time.
            events=sorted(events, key=lambda event: (event.at, event.version is None), reverse=True),
            versions=[event.version for event in events if event.version],
            older=page[-2].history_id if has_more else None,
        )

    def compare(self, request, pk):
        """Compare the version `a` with `b`, or with the current text where there is no `b`."""
        a, b = id_parameter(request, "a"), id_parameter(request, "b")
        if not a:
            raise Http404
        request.newest_version = newest_version(self.model_admin.model, pk)  # before the row, which may be newer
        return self.comparison(request, self.get_visible(request, pk), min(a, b or a), b and max(a, b))

    def comparison(self, request, row, a, b=None, form=None):
        """Return the page with two versions compared, and the form that restores the older one where it differs."""
        old = get_object_or_404(versions_of(row), history_id=a)
        new = get_object_or_404(versions_of(row), history_id=b) if b else row
        if not b and self.can_restore(request, row) and form is None and comparison.restorable_fields(row, old):
            form = self.restore_form(row=row, version=old, request=request)
        differences = comparison.field_differences(type(row), old, new)
        return self.render(
            request,
            "compare.html",
            title=_("Version") if a == b else _("Compare versions"),
            row=row,
            old=old,
            new=new if b else None,
            differences=differences,
            text_fields=row.text_fields,
            unrestored=[
                field.verbose_name
                for field in comparison.editable_fields(type(row))
                if field.name in row.unrestored_fields
            ],
            changed=any(difference.changed for difference in differences),
            form=form,
            newest=request.newest_version,
        )

    def restore_version(self, request, pk, version):
        """Restore an earlier version as a new one, with the input of the form."""
        request.newest_version = newest_version(self.model_admin.model, pk)
        row = self.get_visible(request, pk)
        if not self.can_restore(request, row):
            raise PermissionDenied
        old = get_object_or_404(versions_of(row), history_id=version)
        form = self.restore_form(request.POST, row=row, version=old, request=request)
        if not form.is_valid():
            return self.comparison(request, row, version, form=form)
        return self.restore(request, row, old, form)

    def version_events(self, row, rows) -> Iterator[Event]:
        """Yield the versions in which something was written; other events describe the others.

        The version after a full page is only there for the comparison with the last one.
        """
        rows = rows or [row.initial_version()]
        for version, previous in zip(rows[:PAGE_SIZE], [*rows[1:], None], strict=False):
            fields = comparison.changed_fields(type(row), previous, version) if previous else []
            reason = self.reason_text(version)
            if previous and not fields and not reason:
                continue
            names = ", ".join(str(field.verbose_name) for field in fields)
            yield Event(
                version.history_date,
                version.history_user,
                _("changed: %s") % names if fields else "" if previous else _("written"),
                reason,
                version=version.history_id,
                previous=previous.history_id if previous and fields else None,
                is_current=not comparison.changed_fields(type(row), version, row),
            )


def versions_of(row):
    """Return the versions of a row, newest first."""
    return row.history.select_related("history_user").order_by("-history_id")


def id_parameter(request, name: str) -> int | None:
    """Return a version's number from the query string; None without a valid one."""
    text = request.GET.get(name)
    return int(text) if text and is_valid_pk(text) else None

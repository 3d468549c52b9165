"""History on the desk: every version of a message and what was done to it, compared word by word, and put back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from editions.ids import is_id
from editions.models import new_edition
from news import versions
from news.admin.changes import ask, judge, note_field, record, said_field
from news.models import Act, Message
from news.models.messages import first_version
from news.templatetags.moments import in_cities

PAGE = 100  # versions on a page of the history


class RestoreForm(forms.Form):
    """What is asked before an earlier version is put back on a message that is public."""

    said = said_field()
    note = note_field()

    def __init__(self, *args, message, version, request, **kwargs):
        super().__init__(*args, auto_id="id_restore_%s", **kwargs)
        self.words_differ = versions.words_differ(message, version)
        self.is_out = message.was_public(request.at)
        if self.is_out:
            ask(self, request.user)
        else:
            del self.fields["said"], self.fields["note"]

    def clean(self):
        if self.is_out:
            judge(self, self.words_differ)
        return self.cleaned_data


@dataclass(frozen=True)
class Event:
    """A line of the history: a version that was written, or an act."""

    at: datetime
    by: object
    what: str
    reason: str = ""
    version: int | None = None
    previous: int | None = None  # the version before it
    stands: bool = False  # it is the text as it stands


class HistoryMixin:
    """The history of a message in the place of Django's, two versions side by side, and the button to put one back."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        restore = wrap(require_POST(self.restore_version))
        return [
            path("<int:pk>/history/compare/", wrap(never_cache(self.compare_view)), name="news_message_compare"),
            path("<int:pk>/history/<int:version>/restore/", restore, name="news_message_put_back"),
            *super().get_urls(),
        ]

    def history_view(self, request, object_id, extra_context=None):
        """What was written and what was done, the last first; a long one goes on with what was ahead of `before`."""
        message = self.seen_or_404(request, object_id)
        before = number(request.GET.get("before"))
        rows = versions_of(message)
        page = list((rows.filter(history_id__lt=before) if before else rows)[: PAGE + 1])
        upper = rows.filter(history_id=before).values_list("history_date", flat=True).first() if before else None
        lines = [*written(message, page), *done(message, upper, page[-2].history_date if len(page) > PAGE else None)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "opts": self.opts,
            "message": message,
            # An act stands above the version that it has saved in the same moment.
            "events": sorted(lines, key=lambda line: (line.at, line.version is None), reverse=True),
            "texts": [line.version for line in lines if line.version],
            "older": page[-2].history_id if len(page) > PAGE else None,
        }
        return TemplateResponse(request, "admin/news/message/history.html", context)

    def compare_view(self, request, pk):
        """The version `a` compared with `b`, or with the text as it stands where no `b` is named."""
        a, b = number(request.GET.get("a")), number(request.GET.get("b"))
        if not a:
            raise Http404
        return self.compare(request, self.seen_or_404(request, pk), min(a, b or a), b and max(a, b))

    def compare(self, request, message, a, b=None, form=None):
        """Render two versions compared; with the button that puts the older one back, where that would be seen."""
        old = get_object_or_404(versions_of(message), history_id=a)
        new = get_object_or_404(versions_of(message), history_id=b) if b else message
        may_put_back = not b and self.has_change_permission(request, message)
        if may_put_back and form is None and versions.to_put_back(message, old):
            form = RestoreForm(message=message, version=old, request=request)
        found = versions.differences(Message, old, new)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Version") if a == b else _("Versions compared"),
            "opts": self.opts,
            "message": message,
            "old": old,
            "new": new if b else None,
            "differences": found,
            "versions_text": versions.TEXT,
            "changed": any(difference.changed for difference in found),
            "form": form,
        }
        return TemplateResponse(request, "admin/news/message/compare.html", context)

    def restore_version(self, request, pk, version):
        """Put an earlier text back, as a new version; on what is public, with what was said about it."""
        message = self.seen_or_404(request, pk)
        if not self.has_change_permission(request, message):
            raise PermissionDenied
        old = get_object_or_404(versions_of(message), history_id=version)
        form = RestoreForm(request.POST, message=message, version=old, request=request)
        if not form.is_valid():
            return self.compare(request, message, version, form=form)
        moment = in_cities(old.history_date)
        with new_edition():
            message = self.seen_or_404(request, pk)  # read anew: from here on nobody else writes
            try:
                message.revert(old, _("The version of %s.") % moment, at=request.at, by=request.user)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.WARNING)
            else:
                if form.is_out:
                    record(request, message, form.cleaned_data, form.words_differ)
                self.message_user(request, _("The text stands again as it was on %s.") % moment, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[message.pk]))

    def seen_or_404(self, request, pk):
        """Return a message that the officer may see."""
        message = self.get_object(request, unquote(str(pk)))
        if message is None or not self.has_view_or_change_permission(request, message):
            raise Http404
        return message


def versions_of(message):
    """Return the versions of a message, the last first."""
    return message.history.select_related("history_user").order_by("-history_id")


def number(text: str | None) -> int | None:
    """Return the id in a parameter of the address; None where there is none."""
    return int(text) if text and is_id(text) else None


def written(message, rows) -> Iterator[Event]:
    """Yield the versions in which something was written; what an act alone has saved is told by the act.

    The row behind a full page is there to compare the last one with.
    """
    rows = rows or [first_version(message)]
    for row, previous in zip(rows[:PAGE], [*rows[1:], None], strict=False):
        fields = versions.changed(Message, previous, row) if previous else []
        attached = versions.words_kept(row)
        if previous and not fields and not attached:
            continue
        what = _("changed: %s") % ", ".join(str(field.verbose_name) for field in fields) if fields else _("written")
        if previous and attached and not fields:
            what = f"{Act.Kind.ATTACHED.label}: {attached}"
        yield Event(
            row.history_date,
            row.history_user,
            what,
            version=row.history_id,
            previous=previous.history_id if previous and fields else None,
            stands=not versions.changed(Message, row, message),
        )


def done(message, before, since) -> Iterator[Event]:
    """Yield the acts between two moments; None leaves a side open."""
    acts = message.log_entries.select_related("by")
    acts = acts.filter(at__lt=before) if before else acts
    for act in acts.filter(at__gte=since) if since else acts:
        yield Event(act.at, act.by, act.get_kind_display(), act.reason)

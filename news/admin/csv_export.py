"""CSV export of the list of messages: the selected rows, or the whole list with its filters."""

import csv
import re
from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin.views import AdminViews, redirect_to_list
from news.models import Message

CHUNK_SIZE = 500  # read at a time
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Spreadsheets in much of Europe separate cells by semicolons, so that a formula may begin inside one of our cells.
SEPARATORS = ";\t\r\n"
FORMULA_INSIDE = re.compile(rf'(?<![;\s"])[;\s"]++(?=[{re.escape("".join(FORMULA_STARTS))}])')
BLANK = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
COLUMNS = [
    (_("Headline"), lambda message, at: message.headline),
    (_("State"), lambda message, at: message.state(at).label),
    (_("Category"), lambda message, at: message.category.name),
    (_("Language"), lambda message, at: message.language),
    (_("Publication"), lambda message, at: local_time(message.publish_at)),
    (_("Delivered on"), lambda message, at: message.delivered_on or ""),
    (_("Featured"), lambda message, at: "1" if message.featured else ""),
    (_("Lead"), lambda message, at: message.lead),
    (_("Source"), lambda message, at: message.source_name),
    (_("Source URL"), lambda message, at: message.source_url),
    (_("Withdrawn"), lambda message, at: local_time(message.withdrawn_at)),
    (_("Reason"), lambda message, at: message.withdrawn_reason),
    (_("Web address"), lambda message, at: settings.SITE_URL + message.get_absolute_url() if message.day else ""),
]


def local_time(time: datetime | None) -> str:
    """Return a time in the host country in a format that spreadsheets recognise."""
    return time.astimezone(timezone.get_default_timezone()).strftime("%Y-%m-%d %H:%M:%S") if time else ""


def escape_formula(value) -> str:
    """Return the text of a cell, with an apostrophe before text that a spreadsheet would execute (OWASP)."""
    text = FORMULA_INSIDE.sub(
        lambda gap: gap[0] + "'" if any(map(gap[0].__contains__, SEPARATORS)) else gap[0], str(value)
    )
    return f"'{text}" if text.lstrip(BLANK).startswith(FORMULA_STARTS) or text.startswith(("\t", "\r", "\n")) else text


class Echo:
    """A file whose `write` returns the text, for csv.writer."""

    def write(self, text):
        return text


def csv_chunks(pks, user, at):
    """Yield the CSV file, a batch of rows at a time, of the messages that `user` may see."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([escape_formula(name) for name, _cell in COLUMNS])  # Excel needs the mark
    for start in range(0, len(pks), CHUNK_SIZE):
        visible = Message.objects.visible_to(user, at).select_related("category").defer("body")
        rows = visible.in_bulk(pks[start : start + CHUNK_SIZE])
        found = (rows[pk] for pk in pks[start : start + CHUNK_SIZE] if pk in rows)
        yield "".join(writer.writerow([escape_formula(cell(row, at)) for _name, cell in COLUMNS]) for row in found)


def csv_response(queryset, user, at):
    """Return messages as a CSV file: first the ids are read, then the rows while they are sent."""
    pks = list(queryset.values_list("pk", flat=True))
    name = f"messages-{timezone.localdate(at):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(csv_chunks(pks, user, at), "text/csv; charset=utf-8", headers=headers)


@admin.action(description=_("Save as a table (CSV)"), permissions=["view"])
def save_as_table(model_admin, request, queryset):
    return csv_response(queryset, request.user, request.at)


class CsvViews(AdminViews):
    """The whole list as CSV."""

    def urls(self):
        return [self.url("csv/", self.csv, "csv")]

    def csv(self, request):
        """Return all messages that match the filters."""
        if not self.model_admin.has_view_permission(request):
            raise PermissionDenied
        try:
            queryset = self.model_admin.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect_to_list(Message)
        return csv_response(queryset, request.user, request.at)

"""The list of messages as a table for a spreadsheet (CSV): what is chosen, or the whole list as it is filtered."""

import csv
import re
from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models import Message

ROWS = 500  # read at a time
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Where a spreadsheet takes semicolons for what parts the cells, as in much of Europe, one may begin inside of ours.
SEPARATORS = ";\t\r\n"
INSIDE = re.compile(rf'(?<![;\s"])[;\s"]++(?=[{re.escape("".join(FORMULA))}])')
BLANK = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
COLUMNS = [
    (_("Headline"), lambda message, at: message.headline),
    (_("State"), lambda message, at: message.state(at).label),
    (_("Category"), lambda message, at: message.category.name),
    (_("Language"), lambda message, at: message.language),
    (_("Publication"), lambda message, at: local(message.publish_at)),
    (_("Delivered on"), lambda message, at: message.delivered_on or ""),
    (_("Featured"), lambda message, at: "1" if message.featured else ""),
    (_("Lead"), lambda message, at: message.lead),
    (_("Source"), lambda message, at: message.source_name),
    (_("Source address"), lambda message, at: message.source_url),
    (_("Withdrawn"), lambda message, at: local(message.withdrawn_at)),
    (_("Reason"), lambda message, at: message.withdrawn_reason),
    (_("Address"), lambda message, at: settings.SITE_URL + message.get_absolute_url() if message.day else ""),
]


def local(moment: datetime | None) -> str:
    """Return a moment as a spreadsheet knows it, in the host's zone."""
    return moment.astimezone(timezone.get_default_timezone()).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def harmless(value) -> str:
    """Return the text of a cell: an apostrophe keeps a spreadsheet from reckoning what begins like a formula."""
    text = INSIDE.sub(lambda gap: gap[0] + "'" if any(map(gap[0].__contains__, SEPARATORS)) else gap[0], str(value))
    return f"'{text}" if text.lstrip(BLANK).startswith(FORMULA) or text.startswith(("\t", "\r", "\n")) else text


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text):
        return text


def table(pks, at):
    """Yield the table, a batch of rows at a time."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([harmless(name) for name, _cell in COLUMNS])  # Excel knows UTF-8 by the mark
    for start in range(0, len(pks), ROWS):
        rows = Message.objects.select_related("category").defer("body").in_bulk(pks[start : start + ROWS])
        found = (rows[pk] for pk in pks[start : start + ROWS] if pk in rows)
        yield "".join(writer.writerow([harmless(cell(row, at)) for _name, cell in COLUMNS]) for row in found)


def download(pks, at):
    """Return the table as a file."""
    name = f"messages-{timezone.localdate(at):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(table(pks, at), "text/csv; charset=utf-8", headers=headers)


class TablesMixin:
    """The list as CSV: an act for chosen rows, an address for the whole list with its filters."""

    def get_urls(self):
        own = path("csv/", self.admin_site.admin_view(self.csv_view), name="news_message_csv")
        return [own, *super().get_urls()]

    @admin.action(description=_("Save as a table (CSV)"), permissions=["view"])
    def save_as_table(self, request, queryset):
        return download(list(queryset.values_list("pk", flat=True)), request.at)

    def csv_view(self, request):
        """The whole list as its filters leave it, whatever its length: first the ids, then the rows as they go out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request).queryset
        except admin.options.IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:news_message_changelist"))
        return download(list(found.values_list("pk", flat=True)), request.at)

"""History of a page: its versions, and the log of it and of its changes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.admin.views import redirect_to_form
from core.templatetags.datetimes import in_zones
from pages.models import PageLogEntry
from versions.admin.history import Event
from versions.admin.options import VersionedHistoryViews


class PageHistoryViews(VersionedHistoryViews):
    """The history of a page. An earlier text of a public page is restored as a change that has to be approved."""

    def other_events(self, request, row, start, end):
        """Yield the log entries of the page and of its changes."""
        entries = PageLogEntry.objects.filter(Q(page=row) | Q(page__change_of=row)).select_related("by")
        entries = entries.filter(at__lt=end) if end else entries
        for entry in entries.filter(at__gte=start) if start else entries:
            what = entry.get_kind_display()
            what = what if entry.page_id == row.pk else _("proposed change: %s") % what
            yield Event(entry.at, entry.by, what, entry.reason)

    def can_restore(self, request, row):
        return super().can_restore(request, row) or (row.shown and self.model_admin.has_change_permission(request))

    def restore(self, request, row, version, form):
        if not row.shown:
            return super().restore(request, row, version, form)
        reason = " ".join(
            filter(None, [_("The version of %s.") % in_zones(version.history_date), self.restore_reason(form)])
        )
        try:
            with transaction.atomic():
                change, is_new = row.start_change(at=request.at, by=request.user)
                if is_new:
                    change.revert(version, reason, at=request.at, by=request.user)
        except ValidationError as error:  # the begun change is undone with it
            messages.warning(request, " ".join(error.messages))
            return redirect_to_form(row)
        if is_new:
            messages.success(request, _("The earlier text is below, as a change to be approved."))
        else:
            messages.warning(
                request, _("A change of this page is open. Discard it before you restore an earlier text.")
            )
        return redirect_to_form(change)

"""History of a message: its versions and its workflow log, and the steps of its revisions."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from core.admin.views import redirect_to_form
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from news.admin.revisions import begin
from news.models import WorkflowLogEntry
from news.versions import change_reason_text
from versions.admin import history


class MessageHistoryViews(history.HistoryViews):
    """The history of a message. An earlier text of an approved message is restored as a revision."""

    def other_events(self, request, row, start, end):
        """Yield the log entries of the message and of its revisions."""
        revisions = row.revisions.visible_to(request.user, request.at)
        entries = WorkflowLogEntry.objects.filter(Q(message=row) | Q(message__in=revisions)).select_related("by")
        entries = entries.filter(at__lt=end) if end else entries
        for entry in entries.filter(at__gte=start) if start else entries:
            what = entry.get_kind_display()
            is_of_revision = entry.message_id != row.pk
            yield history.Event(
                entry.at, entry.by, _("proposed change: %s") % what if is_of_revision else what, entry.reason
            )

    def reason_text(self, version):
        """Return the changes to the attachments; log entries have the other reasons."""
        text = change_reason_text(version)
        return f"{WorkflowLogEntry.Kind.ATTACHED.label}: {text}" if text else ""

    def can_restore(self, request, row):
        has_permission = self.model_admin.has_change_permission(request)
        return super().can_restore(request, row) or bool(row.approved_at and has_permission)

    def restore(self, request, row, version, form):
        if not row.approved_at:
            return super().restore(request, row, version, form)
        text = _("The version of %s.") % in_zones(version.history_date)
        try:
            with new_edition():
                revision, is_new = begin(request, row)
                if is_new:
                    revision.revert(version, text, at=request.at, by=request.user)
        except ValidationError as error:  # the begun change is undone with it
            messages.warning(request, " ".join(error.messages))
            return redirect_to_form(row)
        if is_new:
            messages.success(request, _("The earlier text is below, as a change to be approved."))
        else:
            open_change = _("A change of this message is open. Discard it before you restore an earlier text.")
            messages.warning(request, open_change)
        return redirect_to_form(revision)

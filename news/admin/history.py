"""History of a message: its versions and its workflow log; restoring a public text is a typo or a correction."""

from copy import copy

from news.admin.public_edits import PublicEditMixin
from news.models import WorkflowLogEntry
from news.versions import change_reason_text
from versions.admin import history
from versions.comparison import restore_fields


class RestoreForm(PublicEditMixin, history.RestoreForm):
    """The form shown before an earlier version is restored: it asks for the type of change of a public message."""

    def __init__(self, *args, row, version, request, **kwargs):
        super().__init__(*args, row=row, version=version, request=request, **kwargs)
        restored = copy(row)
        restore_fields(restored, version)
        self.compare(row, restored)
        self.set_up_question(row.was_public(request.at), request.user)

    def clean(self):
        self.check_answer()
        return self.cleaned_data


class MessageHistoryViews(history.HistoryViews):
    """The history of a message."""

    restore_form = RestoreForm

    def other_events(self, row, start, end):
        """Yield the log entries."""
        entries = row.log_entries.select_related("by")
        entries = entries.filter(at__lt=end) if end else entries
        for entry in entries.filter(at__gte=start) if start else entries:
            yield history.Event(entry.at, entry.by, entry.get_kind_display(), entry.reason)

    def reason_text(self, version):
        """Return the changes to the attachments; log entries have the other reasons."""
        text = change_reason_text(version)
        return f"{WorkflowLogEntry.Kind.ATTACHED.label}: {text}" if text else ""

    def record_restoring(self, request, row, form):
        form.record_change(request, row)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    """Categories and messages: models, workflow, archive, admin, feeds."""

    name = "news"
    verbose_name = _("News")

    def ready(self):
        from core import triggers
        from editions import due_changes
        from news import audit_triggers, message_counts, public_files, scheduled_revisions  # noqa: F401 (the files register themselves)

        triggers.register(message_counts.TRIGGERS)
        triggers.register(audit_triggers.WORKFLOW_LOG)
        triggers.register(audit_triggers.RELEASE_LOG)
        triggers.register(audit_triggers.CORRECTIONS)
        due_changes.register(scheduled_revisions.apply_due)

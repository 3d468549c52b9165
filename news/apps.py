from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    name = "news"
    verbose_name = _("News")

    def ready(self):
        from news import audit_triggers, message_counts, public_files  # noqa: F401 (the files register themselves)

        for triggers in (message_counts, audit_triggers):
            pre_migrate.connect(triggers.before_migration, sender=self)
            post_migrate.connect(triggers.after_migration, sender=self)

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Helpers for all apps, without models of their own."""

    name = "core"
    verbose_name = _("Core")

    def ready(self):
        from core import triggers

        for objects in triggers.append_only_versions():  # all models have been imported by now
            triggers.register(objects)
        pre_migrate.connect(triggers.before_migration, sender=self)
        post_migrate.connect(triggers.after_migration, sender=self)

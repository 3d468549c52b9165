from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EditionsConfig(AppConfig):
    name = "editions"
    verbose_name = _("Editions")

    def ready(self):
        from editions import signals

        signals.connect_receivers()
        post_migrate.connect(signals.create_first_edition, sender=self)
        post_migrate.connect(signals.on_migration, sender=list(apps.get_app_configs())[-1])

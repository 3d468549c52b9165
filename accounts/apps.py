from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from accounts import checks, signals, triggers  # noqa: F401 (checks and signals register themselves)

        pre_migrate.connect(triggers.drop_triggers, sender=self)
        post_migrate.connect(triggers.create_triggers, sender=self)

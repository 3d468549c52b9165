from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, roles, sign-in throttling, two-step verification and security events."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from accounts import checks, signals, triggers  # noqa: F401 (checks and signals register themselves)
        from core.triggers import register

        register(triggers.SECURITY_EVENTS)
        apps.get_app_config("auth").verbose_name = _("People")  # Django's "Authentication and Authorization"

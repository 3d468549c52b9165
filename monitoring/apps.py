from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchingConfig(AppConfig):
    """Monitoring has no models."""

    name = "watching"
    verbose_name = _("Monitoring")

    def ready(self):
        from monitoring import checks  # noqa: F401 (registers the system checks)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """Request log, metrics, health checks and doctor; no models."""

    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self):
        from monitoring import checks  # noqa: F401 (registers the system checks)

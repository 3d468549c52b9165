from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransferConfig(AppConfig):
    """Import from files and feeds, and export."""

    name = "transfer"
    verbose_name = _("Import and export")

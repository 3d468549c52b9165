from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemarksConfig(AppConfig):
    """Remarks of colleagues on a text of the desk, in threads."""

    name = "remarks"
    verbose_name = _("Remarks")

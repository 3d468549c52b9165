from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkingCopiesConfig(AppConfig):
    """What officers have typed into forms of the admin and not saved."""

    name = "working_copies"
    verbose_name = _("Working copies")

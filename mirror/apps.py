from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MirrorConfig(AppConfig):
    """The public site as static files."""

    name = "mirror"
    verbose_name = _("Mirror")

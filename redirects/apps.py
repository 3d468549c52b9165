from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RedirectsConfig(AppConfig):
    """Former URLs of messages, categories, pages and counters, and where they lead now."""

    name = "redirects"
    verbose_name = _("Redirects")

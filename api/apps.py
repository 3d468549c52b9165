from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """The read API and its OpenAPI document."""

    name = "api"
    verbose_name = _("API")

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """The e-mail outbox. Each app registers its e-mail types in its module `emails`."""

    name = "outbox"
    verbose_name = _("Outbox")

    def ready(self):
        autodiscover_modules("emails")

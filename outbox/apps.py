from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    """The e-mail outbox. Each app registers its e-mail types in its module `letters`."""

    name = "letters"
    verbose_name = _("Outbox")

    def ready(self):
        autodiscover_modules("letters")

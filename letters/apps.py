from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    """The outbox. Each room writes its kinds of letter in a module of its own, called letters."""

    name = "letters"
    verbose_name = _("Letters")

    def ready(self):
        autodiscover_modules("letters")

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class RichTextConfig(AppConfig):
    name = "richtext"
    verbose_name = _("Rich text")

    def ready(self):
        from richtext.checks import check_editor_is_restricted

        register(check_editor_is_restricted)

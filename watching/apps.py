from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchingConfig(AppConfig):
    """The room that looks at all others. It keeps nothing in the database."""

    name = "watching"
    verbose_name = _("Watching")

    def ready(self):
        from watching import checks  # noqa: F401 (it registers itself)

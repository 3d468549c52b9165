from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from richtext.editor import NOT_COLLECTED


class EmbassyConfig(AppConfig):
    name = "embassy"
    verbose_name = _("Embassy")

    def ready(self):
        from embassy import desk_search, notices, roles  # noqa: F401 (the notices connect a receiver)
        from news.own_links import SHOWN
        from pages.models import Page

        # `collectstatic` ignores the editor's own pages. (A subclass of the app config would hide the app from tests.)
        static = apps.get_app_config("staticfiles")
        static.ignore_patterns = [*static.ignore_patterns, *NOT_COLLECTED]
        connection_created.connect(desk_search.register_function)
        post_migrate.connect(roles.lay)
        SHOWN["pages:page"] = lambda at, *, path: Page.objects.shown().filter(path=path).exists()


class PressAdminConfig(AdminConfig):
    default_site = "embassy.desk.PressDesk"

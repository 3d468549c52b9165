from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from richtext.ckeditor_config import NOT_COLLECTED


class EmbassyConfig(AppConfig):
    name = "embassy"
    verbose_name = _("Embassy")

    def ready(self):
        from accounts import notifications, roles  # noqa: F401 (`notifications` connects a receiver)
        from core import folded_search
        from news.internal_links import ROW_CHECKS
        from pages.models import Page

        # `collectstatic` ignores the editor's own pages. (A subclass of the app config would hide the app from tests.)
        static = apps.get_app_config("staticfiles")
        static.ignore_patterns = [*static.ignore_patterns, *NOT_COLLECTED]
        connection_created.connect(folded_search.register_sqlite_function)
        post_migrate.connect(roles.sync_roles)
        ROW_CHECKS["pages:page"] = lambda at, *, path: Page.objects.shown().filter(path=path).exists()


class PressAdminConfig(AdminConfig):
    default_site = "embassy.admin_site.PressAdminSite"

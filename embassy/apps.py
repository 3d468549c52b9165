from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EmbassyConfig(AppConfig):
    name = "embassy"
    verbose_name = _("Embassy")

    def ready(self):
        from embassy import roles
        from news.own_links import SHOWN
        from pages.models import Page

        post_migrate.connect(roles.lay)
        SHOWN["pages:page"] = lambda at, *, path: Page.objects.shown().filter(path=path).exists()


class PressAdminConfig(AdminConfig):
    default_site = "embassy.desk.PressDesk"

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EmbassyConfig(AppConfig):
    name = "embassy"
    verbose_name = _("Embassy")

    def ready(self):
        from embassy import desk_search, roles

        connection_created.connect(desk_search.register_function)
        post_migrate.connect(roles.lay)


class PressAdminConfig(AdminConfig):
    default_site = "embassy.desk.PressDesk"

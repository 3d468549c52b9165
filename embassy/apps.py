from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class EmbassyConfig(AppConfig):
    name = "embassy"
    verbose_name = _("Embassy")


class PressAdminConfig(AdminConfig):
    default_site = "embassy.desk.PressDesk"

"""The press desk: Django's admin, under the embassy's name."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PressDesk(admin.AdminSite):
    """The admin site of the press office and of the consul."""

    site_title = _("Press desk")
    index_title = _("Press desk")
    empty_value_display = "–"

    @property
    def site_header(self):
        return settings.EMBASSY_NAME

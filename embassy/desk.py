"""The press desk: Django's admin, under the embassy's name."""

from functools import wraps

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.utils.translation import gettext_lazy as _


class PressDesk(admin.AdminSite):
    """The admin site of the press office and of the consul."""

    site_title = _("Press desk")
    index_title = _("Press desk")
    empty_value_display = "–"

    @property
    def site_header(self):
        return settings.EMBASSY_NAME

    def admin_view(self, view, cacheable=False):
        """Refuse ids that are none before Django's lists look them up, and break on them."""

        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.method == "POST" and not all(map(is_id, posted_ids(request.POST))):
                raise BadRequest("A row was named that can't be one.")
            return view(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)


def posted_ids(data):
    """Yield the ids in a posted form of the desk: the rows chosen in a list, and those of a set of forms."""
    yield from data.getlist(ACTION_CHECKBOX_NAME)
    for name in data:
        if name.endswith("-id") and data[name]:
            yield data[name]


def is_id(text: str) -> bool:
    """Say whether `text` may be the id of a row: digits that fit the database."""
    return text.isascii() and text.isdigit() and len(text) < 19

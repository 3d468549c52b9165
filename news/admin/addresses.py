"""A warning for an officer who gives a message, a page or a counter an address that led on to another one."""

from django.contrib import messages
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _

from news.models.redirects import former_owner

DECIDE = {"slug", "path", "publish_at", "headline"}  # the fields that decide an address


class FormerOwnerMixin:
    """Warn after a save that has given a row a former address of another row."""

    def save_model(self, request, obj, form, change):
        is_new = not change or "_approve" in request.POST or bool(DECIDE & set(form.changed_data))
        # Looked up before as well: a page that takes an address over has no redirect there afterwards.
        owner = former_owner(address_of(obj), but=obj) if is_new else None
        super().save_model(request, obj, form, change)
        if is_new:
            owner = owner or former_owner(address_of(obj), but=obj)
            if owner:
                words = _("This address used to lead to “%(title)s”. Old links to that lead here from now on.")
                self.message_user(request, words % {"title": owner}, messages.WARNING)


def address_of(obj) -> str:
    """Return the address of a row; an empty one where it has none yet."""
    try:
        return obj.get_absolute_url()
    except NoReverseMatch:
        return ""

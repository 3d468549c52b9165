"""Warning after a save that gives a message, page or counter the former URL of another row."""

from contextlib import contextmanager

from django.contrib import admin, messages
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _

from redirects.models import find_former_owner

URL_FIELDS = {"slug", "path", "publish_at", "headline"}  # the fields that decide a URL


@contextmanager
def former_owner_warning(request, obj, form, change):
    """Warn where the save inside gives the row a URL that redirected to another row."""
    if change and "_approve" not in request.POST and not URL_FIELDS & set(form.changed_data):
        yield
        return
    # Before and after: the save of a page deletes the redirect, and only the save of a message makes its URL.
    owner = find_former_owner(url_of(obj), but=obj)
    yield
    if owner := owner or find_former_owner(url_of(obj), but=obj):
        if is_shown_to(request, owner):
            text = _("This web address used to redirect to “%(title)s”. Old links to that now lead here.")
        else:
            text = _("This web address used to redirect to another page. Old links to that now lead here.")
        messages.warning(request, text % {"title": owner})


def is_shown_to(request, row) -> bool:
    """Return whether the admin shows a row to the user: its queryset leaves out, for example, drafts of others."""
    return admin.site.get_model_admin(type(row)).get_queryset(request).filter(pk=row.pk).exists()


class FormerOwnerMixin:
    """A ModelAdmin with the warning."""

    def save_model(self, request, obj, form, change):
        with former_owner_warning(request, obj, form, change):
            super().save_model(request, obj, form, change)


def url_of(obj) -> str:
    """Return the URL of a row; "" where it has none yet."""
    try:
        return obj.get_absolute_url()
    except NoReverseMatch:
        return ""

"""Admin of the pages."""

from django.contrib import admin
from django.contrib import messages as notes
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.models import Page
from redirects.admin import FormerOwnerMixin
from richtext.admin import EditorAdminMixin
from versions.admin.options import VersionedAdmin


@admin.register(Page)
class PageAdmin(FormerOwnerMixin, EditorAdminMixin, VersionedAdmin):
    list_display = ["title", "path", "place", "order", "shown"]
    list_editable = ["place", "order", "shown"]
    list_filter = ["place", "shown"]
    search_fields = ["title", "path", "body"]
    prepopulated_fields = {"path": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "path", "body"]}),
        (None, {"fields": ["description", "place", "order", "shown", "reviewed_on"]}),
    ]

    def view_on_site(self, page):
        """Return the URL of a public page."""
        return page.get_absolute_url() if page.shown else None

    def save_model(self, request, page, form, change):
        """Save a page and report how many pages below it moved with it."""
        former = change and form.initial.get("path")
        below = Page.objects.below(Page(path=former)).count() if former and former != page.path else 0
        super().save_model(request, page, form, change)
        if below:
            left = Page.objects.below(Page(path=former)).count()
            text = ngettext(
                "%(count)d page below it was moved too.",
                "%(count)d pages below it were moved too.",
                below - left,
            )
            notes.info(request, text % {"count": below - left})
            if left:
                text = _("%(count)d were not moved: another page already has the new path.") % {"count": left}
                notes.warning(request, text)

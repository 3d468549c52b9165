"""Pages in the desk, with the editor."""

from django.contrib import admin
from django.contrib import messages as notes
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.admin.addresses import FormerOwnerMixin
from pages.models import Page
from richtext.admin import EditorAdminMixin


@admin.register(Page)
class PageAdmin(FormerOwnerMixin, EditorAdminMixin, admin.ModelAdmin):
    list_display = ["title", "path", "place", "order", "shown"]
    list_editable = ["place", "order", "shown"]
    list_filter = ["place", "shown"]
    search_fields = ["title", "path", "body"]
    prepopulated_fields = {"path": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "path", "body"]}),
        (None, {"fields": ["description", "place", "order", "shown"]}),
    ]

    def view_on_site(self, page):
        """Return the page's address, where the public can read it."""
        return page.get_absolute_url() if page.shown else None

    def save_model(self, request, page, form, change):
        """Save a page, and say which pages below it have moved with it."""
        former = change and form.initial.get("path")
        below = Page.objects.below(Page(path=former)).count() if former and former != page.path else 0
        super().save_model(request, page, form, change)
        if below:
            left = Page.objects.below(Page(path=former)).count()
            words = ngettext(
                "%(count)d page below it has moved with it.",
                "%(count)d pages below it have moved with it.",
                below - left,
            )
            notes.info(request, words % {"count": below - left})
            if left:
                words = _("%(count)d stayed where they are: another page has the new path.") % {"count": left}
                notes.warning(request, words)

"""Pages in the desk, with the editor."""

from django.contrib import admin

from pages.models import Page
from richtext.admin import EditorAdminMixin


@admin.register(Page)
class PageAdmin(EditorAdminMixin, admin.ModelAdmin):
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

"""Categories on the desk."""

from django.contrib import admin

from news.models import Category


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """The kinds of messages, in the menu's order."""

    list_display = ["name", "slug", "order"]
    list_editable = ["order"]
    prepopulated_fields = {"slug": ["name"]}
    search_fields = ["name"]

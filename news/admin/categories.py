"""Categories in the admin."""

from django.contrib import admin

from news.models import Category
from versions.admin.options import VersionedAdmin


@admin.register(Category)
class CategoryAdmin(VersionedAdmin):
    list_display = ["name", "slug", "order"]
    list_editable = ["order"]
    fields = ["name", "slug", "order"]
    prepopulated_fields = {"slug": ["name"]}
    search_fields = ["name"]

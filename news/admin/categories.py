"""Categories in the admin."""

from django.contrib import admin
from django.utils.translation import gettext as _

from news.models import Category, Message
from versions.admin.options import VersionedAdmin


@admin.register(Category)
class CategoryAdmin(VersionedAdmin):
    list_display = ["name", "slug", "order"]
    list_editable = ["order"]
    fields = ["name", "slug", "order"]
    prepopulated_fields = {"slug": ["name"]}
    search_fields = ["name"]

    def get_deleted_objects(self, objs, request):
        """Return what Django shows before a deletion, without the titles of messages.

        A category with messages cannot be deleted. One sentence says so, whether the user may see them or not.
        """
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        if Message.objects.filter(category__in=[category.pk for category in objs]).exists():
            missing = set()  # a permission to delete the messages would not help
            protected = [_("Messages in this category. Move them to another category first.")]
        return deleted, counts, missing, protected

from django.apps import AppConfig, apps
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Full-text search of messages, on both databases."""

    name = "search"
    verbose_name = _("Search")

    def ready(self):
        from core import triggers
        from news import bulk_writes, text_search
        from search import desk, indexer, schema

        triggers.register(schema.SEARCH_INDEX)
        post_save.connect(indexer.on_save, sender=apps.get_model("news", "Message"), dispatch_uid="search")
        bulk_writes.register_hook(indexer.index_bulk_write)
        text_search.register(desk.find_messages)

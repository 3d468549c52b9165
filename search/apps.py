from django.apps import AppConfig, apps
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Full-text search of messages, and of pages, topics and offices, on both databases."""

    name = "search"
    verbose_name = _("Search")

    def ready(self):
        from core import triggers
        from editions.models import follow
        from news import bulk_writes, text_search
        from search import answer_index, answer_schema, desk, indexer, schema

        for objects in answer_schema.SEARCH_ANSWERS:
            triggers.register(objects)
        triggers.register(schema.SEARCH_INDEX)  # after them: it stores the version of the folding rules
        follow(answer_index.index_waiting)
        post_save.connect(indexer.on_save, sender=apps.get_model("news", "Message"), dispatch_uid="search")
        bulk_writes.register_hook(indexer.index_bulk_write)
        text_search.register(desk.find_messages)

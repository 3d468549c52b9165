from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, post_save, pre_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")

    def ready(self):
        from news import bulk_writes
        from search import indexer, schema

        pre_migrate.connect(schema.before_migration, sender=self)
        post_migrate.connect(schema.after_migration, sender=self)
        post_save.connect(indexer.on_save, sender=apps.get_model("news", "Message"), dispatch_uid="search")
        bulk_writes.register_hook(indexer.index_bulk_write)

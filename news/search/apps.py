from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, post_save, pre_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "news.search"
    verbose_name = _("Search")

    def ready(self):
        from news import bulk_writes
        from news.search import index, tables

        pre_migrate.connect(tables.before_migration, sender=self)
        post_migrate.connect(tables.after_migration, sender=self)
        post_save.connect(index.on_save, sender=apps.get_model("news", "Message"), dispatch_uid="search")
        bulk_writes.register_hook(index.indexed)

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    name = "news"
    verbose_name = _("News")

    def ready(self):
        from news import tally

        pre_migrate.connect(tally.before_migration, sender=self)
        post_migrate.connect(tally.after_migration, sender=self)

"""A feed comes in, or what WordPress exports: `python manage.py import_feed FILE.xml`."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.importing import feeds
from news.importing.command import Import
from news.importing.rules import RULES


class Command(Import):
    help = (
        "Import the messages of an RSS 2.0 or Atom feed, or of a WordPress export (WXR), from a file; nothing is "
        "fetched. "
        "Checked whole, then written; repeatable, like import_messages."
    )
    place = gettext_lazy("Item %(number)d: %(fault)s")
    metavar = "FILE.xml"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--category", default="news", help="For items that name none: a word (default: news).")

    def handle(self, *, category="news", **options):
        try:
            self.category = RULES["category"](category)
        except (ValueError, ValidationError):
            raise CommandError(
                _("--category is no word that an address can have. Write one like press-releases.")
            ) from None
        super().handle(**options)

    def entries(self, file):
        return feeds.entries(file, self.category, self.notes)

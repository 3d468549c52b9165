"""A feed comes in, or what WordPress exports: `python manage.py import_feed FILE.xml`."""

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.importing import feeds
from news.importing.command import Import
from news.importing.rules import RULES


class Command(Import):
    help = (
        "Import the messages of an RSS or Atom feed, or of an export of WordPress (WXR) or Blogger, from a file; "
        "nothing is fetched. "
        "Checked whole, then written; repeatable, like import_messages."
    )
    place = gettext_lazy("Item %(number)d: %(fault)s")
    metavar = "FILE.xml"
    names_files = False

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--category", default="news", help="For items that name none: a word (default: news).")

        parser.add_argument(
            "--zone", help="The time zone of dates that name none: Europe/Paris (default: the site's TIME_ZONE)."
        )

    def handle(self, *, category="news", zone=None, **options):
        try:
            category = RULES["category"](category)
        except (ValueError, ValidationError):
            raise CommandError(
                _("--category must be a word that an address can have. Write one like press-releases.")
            ) from None
        if zone and zone not in available_timezones():
            raise CommandError(_("--zone must be the name of a time zone. Write one like Europe/Paris."))
        self.feed = feeds.Feed(category, ZoneInfo(zone or settings.TIME_ZONE))
        super().handle(**options)

    def entries(self, file):
        self.feed.notes = self.notes
        return self.feed.entries(file)

"""Import an RSS, Atom or WordPress file: `python manage.py import_feed FILE.xml`."""

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from transfer.importer import feed_mapping
from transfer.importer.base_command import ImportCommand
from transfer.importer.validation import RULES


class Command(ImportCommand):
    help = (
        "Import messages from the file of an RSS or Atom feed, or of a WordPress (WXR) or Blogger export; nothing is "
        "downloaded. The whole file is checked first. The command can be repeated, like import_messages."
    )
    error_format = gettext_lazy("Item %(number)d: %(fault)s")
    metavar = "FILE.xml"
    requires_files = False

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--category", default="news", help="Category slug for items without one (default: news).")
        parser.add_argument(
            "--zone", help="Time zone of dates without one, such as Europe/Paris (default: the site's TIME_ZONE)."
        )

    def handle(self, *, category="news", zone=None, **options):
        try:
            category = RULES["category"](category)
        except (ValueError, ValidationError):
            raise CommandError(_("--category must be a slug such as press-releases.")) from None
        if zone and zone not in available_timezones():
            raise CommandError(_("--zone must be a time zone such as Europe/Paris."))
        self.feed = feed_mapping.FeedImporter(category, ZoneInfo(zone or settings.TIME_ZONE))
        super().handle(**options)

    def entries(self, file):
        self.feed.notes = self.notes
        return self.feed.entries(file)

"""The archive of an older site comes in: `python manage.py import_messages FILE.jsonl`."""

from django.utils.translation import gettext_lazy as _

from news.importing import lines
from news.importing.command import Import


class Command(Import):
    help = (
        "Import messages from a file that holds a JSON object a line (docs/importing.md names the keys). Every line is "
        "checked before the first is written. A stopped import goes on where it was when it is started again; what is "
        "there already stays as it is."
    )
    place = _("Line %(number)d: %(fault)s")
    metavar = "FILE.jsonl"
    can_be_helped = True

    def entries(self, file):
        return lines.entries(file)

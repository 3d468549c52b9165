"""The editor in a form."""

from ckeditor.widgets import CKEditorWidget
from django.conf import settings
from django.forms.widgets import Media
from django.utils.translation import gettext_lazy as _

from richtext.bounds import LONGEST, TooComplex, demand_moderate
from richtext.cleaner import clean

SENTENCES = {  # that static/desk-paste.js says
    "title": _("Left out while pasting"),
    "close": _("Close"),
    "plain": _("The server could not be reached, so the words were pasted as plain text. Check what is missing."),
    "file": _("The file %s is not a picture, so it was left out. Add a PDF under “Attachments”."),
}


class EditorWidget(CKEditorWidget):
    """A text area that becomes an editor; it works as a plain text area where scripts are off."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, template_name="richtext/editor.html", **kwargs)
        self.config |= {"deskMedia": settings.MEDIA_URL, "deskSentences": SENTENCES}

    @property
    def media(self):
        # One list: of several, the order would be open, and ours must come after the editor's own.
        theirs = super().media
        return Media(
            css={"all": [*theirs._css["all"], "desk-editor.css"]}, js=[*theirs._js, "desk-editor.js", "desk-paste.js"]
        )

    def format_value(self, value):
        """Return the text as the editor gets it: cleaned, whatever has come into the row by other ways.

        What is too long or too complex to be cleaned stays as it was sent: see `get_context`.
        """
        text = str(value) if value else ""
        if len(text) > LONGEST:
            return text
        try:
            return clean(text)
        except TooComplex:
            return text

    def get_context(self, name, value, attrs):
        """Let a text that cannot be cleaned be shown as source, in a plain text area: no editor reads it."""
        context = super().get_context(name, value, attrs)
        context["widget"]["is_source"] = is_beyond_cleaning(context["widget"]["value"] or "")
        return context


def is_beyond_cleaning(text: str) -> bool:
    """Say whether a text is too long or too complex to be cleaned."""
    try:
        demand_moderate(text[: LONGEST + 1])
    except TooComplex:
        return True
    return len(text) > LONGEST

"""Form widget of the rich text editor (CKEditor)."""

from ckeditor.widgets import CKEditorWidget
from django.conf import settings
from django.forms.widgets import Media
from django.utils.translation import gettext_lazy as _

from richtext.complexity import MAX_CHARACTERS, TooComplex, check_complexity
from richtext.sanitize import sanitize

SCRIPT_MESSAGES = {  # for static/desk-paste.js
    "title": _("Removed while pasting"),
    "close": _("Close"),
    "plain": _("The server could not be reached, so the text was pasted without formatting. Check what is missing."),
    "file": _("The file %s is not an image and was not added. Add PDFs under “Attachments”."),
}


class EditorWidget(CKEditorWidget):
    """A rich text editor; a plain text area without JavaScript."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, template_name="richtext/editor.html", **kwargs)
        self.config |= {"deskMedia": settings.MEDIA_URL, "deskSentences": SCRIPT_MESSAGES}

    @property
    def media(self):
        # In one list, so that our scripts are loaded after the editor's.
        ckeditor = super().media
        return Media(
            css={"all": [*ckeditor._css["all"], "desk-editor.css"]},
            js=[*ckeditor._js, "desk-editor.js", "desk-paste.js"],
        )

    def format_value(self, value):
        """Return the text sanitised, in case the row was written by other means.

        A text that is too long or too complex is unchanged: see `get_context`.
        """
        text = str(value) if value else ""
        if len(text) > MAX_CHARACTERS:
            return text
        try:
            return sanitize(text)
        except TooComplex:
            return text

    def get_context(self, name, value, attrs):
        """Display a text that cannot be sanitised as source in a plain text area, without the editor."""
        context = super().get_context(name, value, attrs)
        context["widget"]["is_source"] = cannot_be_sanitised(context["widget"]["value"] or "")
        return context


def cannot_be_sanitised(text: str) -> bool:
    """Return whether a text is too long or too complex to be sanitised."""
    try:
        check_complexity(text[: MAX_CHARACTERS + 1])
    except TooComplex:
        return True
    return len(text) > MAX_CHARACTERS

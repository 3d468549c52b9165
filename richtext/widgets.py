"""The editor in a form."""

from ckeditor.widgets import CKEditorWidget
from django.forms.widgets import Media

from richtext.cleaner import clean


class EditorWidget(CKEditorWidget):
    """A text area that becomes an editor; it works as a plain text area where scripts are off."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, template_name="richtext/editor.html", **kwargs)

    @property
    def media(self):
        # One list: of several, the order would be open, and ours must come after the editor's own.
        theirs = super().media
        return Media(css={"all": [*theirs._css["all"], "desk-editor.css"]}, js=[*theirs._js, "desk-editor.js"])

    def format_value(self, value):
        """Return the text as the editor gets it: cleaned, whatever has come into the row by other ways."""
        return clean(str(value)) if value else ""

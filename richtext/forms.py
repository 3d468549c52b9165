"""Forms for the editor: image upload and pasted HTML."""

from django import forms
from django.utils.translation import gettext_lazy as _

from richtext.images import EMPTY, ImageFormField
from richtext.models import Image


class UploadForm(forms.Form):
    """An image upload, with the field name of CKEditor."""

    upload = ImageFormField(error_messages={"required": EMPTY})

    def save(self, *, at, by) -> Image:
        return Image.objects.create(file=self.cleaned_data["upload"], uploaded_at=at, uploaded_by=by)


class PasteForm(forms.Form):
    """HTML from the clipboard, with the language of the text."""

    html = forms.CharField(
        max_length=2_000_000,  # Word writes ten times as much mark-up as text
        strip=False,
        required=False,
        error_messages={"max_length": _("The pasted text is too long. Paste it in several parts.")},
    )
    language = forms.CharField(max_length=20, required=False)

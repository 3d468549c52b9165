"""Forms for the editor: image upload and pasted HTML."""

from django import forms
from django.utils.translation import gettext_lazy as _

from richtext.images import EMPTY, ImageFormField
from richtext.models import Image
from richtext.originals import keep_upload


class UploadForm(forms.Form):
    """An image upload, with the field name of CKEditor."""

    upload = ImageFormField(error_messages={"required": EMPTY})

    made_smaller = forms.BooleanField(required=False)  # by the browser, which sends the original apart

    def save(self, *, at, by) -> Image:
        """Store the image, and the uploaded file as its original if it can be kept; return the image."""
        image = Image.objects.create(file=self.cleaned_data["upload"], uploaded_at=at, uploaded_by=by)
        if not self.cleaned_data["made_smaller"]:
            keep_upload(image, self.cleaned_data["upload"])
        return image


class PasteForm(forms.Form):
    """HTML from the clipboard, with the language of the text."""

    html = forms.CharField(
        max_length=2_000_000,  # Word writes ten times as much mark-up as text
        strip=False,
        required=False,
        error_messages={"max_length": _("The pasted text is too long. Paste it in several parts.")},
    )
    language = forms.CharField(max_length=20, required=False)

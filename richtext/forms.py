"""What the editor sends: a picture, or what was pasted."""

from django import forms
from django.utils.translation import gettext_lazy as _

from richtext.models import Image
from richtext.pictures import EMPTY, PictureFormField


class UploadForm(forms.Form):
    """One picture, under the name that the editor gives it."""

    upload = PictureFormField(error_messages={"required": EMPTY})

    def save(self, *, at, by) -> Image:
        """Keep the picture and return it."""
        return Image.objects.create(file=self.cleaned_data["upload"], uploaded_at=at, uploaded_by=by)


class PasteForm(forms.Form):
    """HTML as it came from the clipboard, with the language of the text into which it is pasted."""

    html = forms.CharField(
        max_length=2_000_000,  # Word writes ten times as much mark-up as text
        strip=False,
        required=False,
        error_messages={"max_length": _("This is too long to be pasted in one piece. Paste it in several parts.")},
    )
    language = forms.CharField(max_length=20, required=False)

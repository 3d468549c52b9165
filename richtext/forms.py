"""What the editor sends with a picture."""

from django import forms

from richtext.models import Image
from richtext.pictures import EMPTY, PictureFormField


class UploadForm(forms.Form):
    """One picture, under the name that the editor gives it."""

    upload = PictureFormField(error_messages={"required": EMPTY})

    def save(self, *, at, by) -> Image:
        """Keep the picture and return it."""
        return Image.objects.create(file=self.cleaned_data["upload"], uploaded_at=at, uploaded_by=by)

"""Lead image of a message in the admin: file input with a focal point; an upload survives a form with errors."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin.widgets import AdminFileWidget
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from richtext.images import SafeImage
from richtext.models import Image
from richtext.renditions import ImageFile
from richtext.serving import StorageUnavailable, media_url

MAX_DISPLAY_WIDTH = 828  # pixels: the column of a message's page
RECOMMENDED_WIDTH = 1200  # pixels: what social networks ask for
UPLOAD_LIFETIME = 24 * 60 * 60  # seconds that the upload of a form with errors can be used
SALT = "news.admin.images.upload"

TEXT_OF_OLD_IMAGE = gettext_lazy(
    "You have replaced the image, but this text describes the earlier one. Change it, or save again if it is correct."
)

FIELDS = [
    "image",
    ("image_focus_x", "image_focus_y"),
    "image_alt",
    "image_decorative",
    "image_credit",
    "video_url",
]
FIELDSET = (gettext_lazy("Image"), {"fields": FIELDS})


class ImageInput(AdminFileWidget):
    """A file input that shows the image; a click on it sets the focal point."""

    template_name = "richtext/image_input.html"
    upload, upload_token = None, ""  # an image that was stored when the form had errors

    def get_context(self, name, value, attrs):
        value = self.upload or value  # a bound file field has the value of the row
        context = super().get_context(name, value, attrs)
        url = ""
        if self.is_initial(value):
            picture = ImageFile.named(value.name)
            url = media_url(picture.rendition(picture.widths[0], picture.kinds[-1]) if picture else value.name)
        return context | {
            "shown": url,
            "focus_x": f"id_{name}_focus_x",
            "focus_y": f"id_{name}_focus_y",
            "token_name": token_name(name),
            "token": self.upload_token,
        }


def token_name(name: str) -> str:
    """Return the name of the hidden input with the token of a stored upload."""
    return f"{name}_upload"


class ImageFormMixin:
    """The part of a message's form for its image."""

    FOCUS = {"image_focus_x", "image_focus_y"}
    TEXTS = ("image_alt", "image_credit")
    request = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.FOCUS & set(self.fields):
            self.fields[name].required = False
        self.reuses_upload = False
        if self.is_bound and "image" in self.fields:
            self._find_stored_upload()

    def _find_stored_upload(self):
        """Use the image that was stored when the form had errors, unless another one is chosen or it is cleared."""
        name = self.add_prefix("image")
        token = self.data.get(token_name(name), "")
        clears = self.data.get(self.fields["image"].widget.clear_checkbox_name(name))
        if token and not clears and not self.files.get(name) and (image := find_upload(token, self.request)):
            self.use_upload(image, token)
            self.reuses_upload = True

    def store_upload(self, *, at, by) -> None:
        """Store the image of a form with errors, so that the user need not choose it again."""
        picture = getattr(self, "cleaned_data", {}).get("image")
        if not isinstance(picture, SafeImage):
            return
        try:
            image = Image.objects.create(file=picture, uploaded_at=at, uploaded_by=by)
        except StorageUnavailable:
            return
        self.use_upload(image, signing.dumps({"image": image.pk, "by": by.pk}, salt=SALT))

    def use_upload(self, image: Image, token: str) -> None:
        """Treat a stored image as if its file had been sent with the form."""
        self.files = self.files.copy()
        self.files[self.add_prefix("image")] = image.file
        widget = self.fields["image"].widget
        widget.upload, widget.upload_token = image.file, token

    def clean(self):
        cleaned = super().clean()
        is_new = "image" in self.changed_data
        # A new image does not have the focal point of the earlier one. Empty means the middle.
        for name in self.FOCUS & set(cleaned):
            if (is_new and not self.FOCUS & set(self.changed_data)) or cleaned[name] is None:
                cleaned[name] = 50
        if is_new and cleaned.get("image") and self.initial.get("image") and not self.reuses_upload:
            for name in self.TEXTS:
                if cleaned.get(name) and name not in self.changed_data:
                    self.add_error(name, TEXT_OF_OLD_IMAGE)
        return cleaned


def find_upload(token: str, request) -> Image | None:
    """Return the stored image of a token for the user who uploaded it; None for an invalid or expired token."""
    if request is None:
        return None
    try:
        found = signing.loads(token, salt=SALT, max_age=UPLOAD_LIFETIME)
    except signing.BadSignature:
        return None
    return Image.objects.filter(pk=found["image"], uploaded_by=request.user).first()


def report_losses(request, form) -> None:
    """Warn of parts of a new image that are not stored, such as an animation."""
    for sentence in getattr(getattr(form, "cleaned_data", {}).get("image"), "notes", ()):
        messages.warning(request, sentence)


def report_saved(request, message, form) -> None:
    """Warn, after a save with a new image, of losses and of a low resolution."""
    if not message.image or "image" not in form.changed_data:
        return
    report_losses(request, form)
    if message.image_width < MAX_DISPLAY_WIDTH:
        text = _(
            "The image is only %(width)d pixels wide and may look blurred. "
            "If you can, use one that is at least %(recommended)d pixels wide."
        )
        messages.warning(request, text % {"width": message.image_width, "recommended": RECOMMENDED_WIDTH})

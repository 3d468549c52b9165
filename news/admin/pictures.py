"""The picture of a message on the desk: its input, its focus, and an upload that survives a refused form."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin.widgets import AdminFileWidget
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from richtext.handover import StorageAway, address
from richtext.models import Image
from richtext.pictures import SafePicture
from richtext.renditions import Picture

WIDEST_SHOWN = 828  # pixels: the column of a message's page
WIDE_ENOUGH = 1200  # pixels: what social networks ask for
KEPT_FOR = 24 * 60 * 60  # seconds that an upload of a refused form can be used again
SALT = "news.admin.pictures.upload"

STILL_RIGHT = gettext_lazy(
    "The picture is new, and these words are those of the earlier one. Change them, or save again if they are right."
)

FIELDS = [
    "image",
    ("image_focus_x", "image_focus_y"),
    "image_alt",
    "image_decorative",
    "image_credit",
    "video_url",
]
FIELDSET = (gettext_lazy("The picture"), {"fields": FIELDS})


class PictureInput(AdminFileWidget):
    """A file input that shows the picture; a click on what matters in it sets the focus, and so do two numbers."""

    template_name = "richtext/picture_input.html"
    upload, upload_token = None, ""  # a picture that was stored when the form was refused

    def get_context(self, name, value, attrs):
        value = self.upload or value  # a bound file field shows what the row has
        context = super().get_context(name, value, attrs)
        shown = ""
        if self.is_initial(value):
            picture = Picture.named(value.name)
            shown = address(picture.rendition(picture.widths[0], picture.kinds[-1]) if picture else value.name)
        return context | {
            "shown": shown,
            "focus_x": f"id_{name}_focus_x",
            "focus_y": f"id_{name}_focus_y",
            "token_name": token_name(name),
            "token": self.upload_token,
        }


def token_name(name: str) -> str:
    """Return the name of the hidden input that carries the token of a stored upload."""
    return f"{name}_upload"


class PictureFormMixin:
    """What the form of a message adds for its picture."""

    FOCUS = {"image_focus_x", "image_focus_y"}
    WORDS = ("image_alt", "image_credit")
    asked = None  # the request

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.FOCUS & set(self.fields):
            self.fields[name].required = False
        self.reuses_upload = False
        if self.is_bound and "image" in self.fields:
            self._find_stored_upload()

    def _find_stored_upload(self):
        """Use the picture that was uploaded with the refused form before this one, unless another is chosen."""
        name = self.add_prefix("image")
        token = self.data.get(token_name(name), "")
        clears = self.data.get(self.fields["image"].widget.clear_checkbox_name(name))
        if token and not clears and not self.files.get(name) and (image := find_upload(token, self.asked)):
            self.use_upload(image, token)
            self.reuses_upload = True

    def store_upload(self, *, at, by) -> None:
        """Store a picture that was sent with a form which is refused, so that it need not be chosen again."""
        picture = getattr(self, "cleaned_data", {}).get("image")
        if not isinstance(picture, SafePicture):
            return
        try:
            image = Image.objects.create(file=picture, uploaded_at=at, uploaded_by=by)
        except StorageAway:
            return
        self.use_upload(image, signing.dumps({"image": image.pk, "by": by.pk}, salt=SALT))

    def use_upload(self, image: Image, token: str) -> None:
        """Show a stored picture in the form, as if its file had been sent with it."""
        self.files = self.files.copy()
        self.files[self.add_prefix("image")] = image.file
        widget = self.fields["image"].widget
        widget.upload, widget.upload_token = image.file, token

    def clean(self):
        cleaned = super().clean()
        renewed = "image" in self.changed_data
        # The focus of the earlier picture means nothing in a new one. No number is the middle.
        for name in self.FOCUS & set(cleaned):
            if (renewed and not self.FOCUS & set(self.changed_data)) or cleaned[name] is None:
                cleaned[name] = 50
        if renewed and cleaned.get("image") and self.initial.get("image") and not self.reuses_upload:
            for name in self.WORDS:
                if cleaned.get(name) and name not in self.changed_data:
                    self.add_error(name, STILL_RIGHT)
        return cleaned


def find_upload(token: str, request) -> Image | None:
    """Return the picture that a token names, to the person who has uploaded it; None for any other token."""
    if request is None:
        return None
    try:
        found = signing.loads(token, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    return Image.objects.filter(pk=found["image"], uploaded_by=request.user).first()


class PicturesMixin:
    """Stores the upload of a refused form, and says what an upload has lost."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        if form.is_bound and context["errors"]:
            self.say_what_was_lost(request, form)
            form.store_upload(at=request.at, by=request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if obj.image and "image" in form.changed_data:
            self.say_what_was_lost(request, form)
            if obj.image_width < WIDEST_SHOWN:
                text = _(
                    "The picture is only %(width)d pixels wide and may look blurred. If you have a larger one, of at "
                    "least %(enough)d pixels, choose that."
                )
                sizes = {"width": obj.image_width, "enough": WIDE_ENOUGH}
                self.message_user(request, text % sizes, messages.WARNING)

    def say_what_was_lost(self, request, form):
        """Say what a new picture had that is not kept of it, such as an animation."""
        for sentence in getattr(getattr(form, "cleaned_data", {}).get("image"), "notes", ()):
            self.message_user(request, sentence, messages.WARNING)

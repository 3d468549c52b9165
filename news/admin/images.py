"""Lead image of a message in the admin: a file, or an image of the library; the focal point."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.widgets import AdminFileWidget
from django.db.models import Q
from django.forms.widgets import Script
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.ids import is_valid_pk
from news.visibility import can_be_limited
from richtext.images import SafeImage
from richtext.models import Image
from richtext.originals import keep_upload
from richtext.serving import StorageUnavailable, thumbnail_url

SCRIPTS = ("desk-image-upload.js", "desk-image-original.js", "desk-image-cuts.js", "desk-library.js")
OPEN_LIBRARY = "_library"  # the button that saves, and opens the library
MAX_DISPLAY_WIDTH = 828  # pixels: the column of a message's page
RECOMMENDED_WIDTH = 1200  # pixels: what social networks ask for

TEXT_OF_OLD_IMAGE = gettext_lazy(
    "You have replaced the image, but this text describes the earlier one. Change it, or save again if it is correct."
)
CHOICE_MISSING = gettext_lazy("The chosen image is not in the library any more. Choose another one.")
CHOSEN = gettext_lazy("Chosen from the library, with its alternative text, credit and rights. Save to use it.")

FIELDS = [
    "image",
    ("image_focus_x", "image_focus_y"),
    "image_alt",
    "image_decorative",
    "image_credit",
    "image_rights",
    "image_offered",
    "video_url",
]
FIELDSET = (gettext_lazy("Image, video"), {"fields": FIELDS, "classes": ["card"]})


class ImageInput(AdminFileWidget):
    """A file input with a drop zone that shows the image; a click on it sets the focal point."""

    template_name = "richtext/image_input.html"
    choice: Image | None = None  # an image of the library that is to be the image of the message
    note = ""  # a sentence about it

    class Media:
        css = {"all": ["desk-image.css"]}
        js = [Script(name, defer=True) for name in SCRIPTS]

    def get_context(self, name, value, attrs):
        value = self.choice.file if self.choice else value  # a bound file field has the value of the row
        context = super().get_context(name, value, attrs)
        is_shown = self.is_initial(value)
        return context | {
            "shown": thumbnail_url(value.name) if is_shown else "",
            "focus_x": f"id_{name}_focus_x",
            "focus_y": f"id_{name}_focus_y",
            "choice_name": choice_name(name),
            "choice": self.choice.pk if self.choice else "",
            "note": self.note,
            "smaller_name": smaller_name(name),
            "limits": {
                "width": MAX_DISPLAY_WIDTH,
                "recommended": RECOMMENDED_WIDTH,
                "original": settings.ORIGINAL_MAX_MB * 1024 * 1024,
            },
        }


def choice_name(name: str) -> str:
    """Return the name of the input with the id of an image of the library."""
    return f"{name}_choice"


def smaller_name(name: str) -> str:
    """Return the name of the input which says that a browser has made the sent file smaller."""
    return f"{name}_made_smaller"


class ImageFormMixin:
    """The part of a message's form for its image: a new file, or the id of an image of the library.

    An upload is a row of the library as soon as it is on the server, so that no error in the form loses it.
    """

    FOCUS = {"image_focus_x", "image_focus_y"}
    TEXTS = ("image_alt", "image_credit", "image_rights")
    request = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.FOCUS & set(self.fields):
            self.fields[name].required = False
        self.choice, self.is_choice_missing = None, False
        if "image" in self.fields and self.is_bound:
            self._read_choice()
        elif "image" in self.fields and self.request and self.request.method == "GET":
            self._offer_choice(self.request.GET.get(choice_name("image"), ""))

    def _read_choice(self):
        """Use the chosen image, unless a file is sent, or the image is cleared."""
        name = self.add_prefix("image")
        value = self.data.get(choice_name(name), "").strip()
        clears = self.data.get(self.fields["image"].widget.clear_checkbox_name(name))
        if not value or clears or self.files.get(name):
            return
        image = find_choice(value, self.request)
        self.is_choice_missing = image is None
        if image and image.file.name != self.instance.image.name:
            self._use(image)

    def _offer_choice(self, value: str):
        """Begin a form that was opened from the library: with the chosen image and its texts."""
        image = find_choice(value, self.request) if value else None
        if image and image.file.name != self.instance.image.name:
            self.fields["image"].widget.choice = image
            self.fields["image"].widget.note = CHOSEN
            texts = {"image_alt": image.alt, "image_credit": image.credit, "image_rights": image.rights}
            self.initial |= texts | dict.fromkeys(self.FOCUS, 50)

    def store_upload(self, *, at, by) -> None:
        """Store the image of a form with errors, so that the user need not choose it again."""
        picture = getattr(self, "cleaned_data", {}).get("image")
        if not isinstance(picture, SafeImage):
            return
        try:
            image = Image.objects.create(file=picture, uploaded_at=at, uploaded_by=by)
        except StorageUnavailable:
            return
        self.keep_original(image)
        self.data = self.data.copy()
        for name in self.FOCUS & set(self.cleaned_data):
            self.data[self.add_prefix(name)] = str(self.cleaned_data[name])
        self._use(image)

    def keep_original(self, image: Image) -> str:
        """Keep the file that was sent with the form as the original of an image; return why it cannot be, or ""."""
        picture = self.cleaned_data.get("image")
        is_original = isinstance(picture, SafeImage) and picture.upload is not None
        return keep_upload(image, picture) if is_original else ""

    def _use(self, image: Image) -> None:
        """Treat an image of the library as if its file had been sent with the form."""
        self.files = self.files.copy()
        self.files[self.add_prefix("image")] = image.file
        self.choice = self.fields["image"].widget.choice = image

    def clean(self):
        cleaned = super().clean()
        if self.is_choice_missing:
            self.add_error("image", CHOICE_MISSING)
        if isinstance(cleaned.get("image"), SafeImage) and self.data.get(smaller_name(self.add_prefix("image"))):
            cleaned["image"].upload = None  # no original, so that the checks of an offer do not take it for one
        if cleaned.get("image") is False and "image_offered" in cleaned:  # it is removed, and the offer with it
            cleaned["image_offered"] = False
        is_sent = "image" in self.changed_data and not self.choice  # nobody has seen it in the form
        # A new image does not have the focal point of the earlier one. Empty means the middle.
        for name in self.FOCUS & set(cleaned):
            if (is_sent and not self.FOCUS & set(self.changed_data)) or cleaned[name] is None:
                cleaned[name] = 50
        if is_sent and cleaned.get("image") and self.initial.get("image"):
            for name in self.TEXTS:
                if cleaned.get(name) and name not in self.changed_data:
                    self.add_error(name, TEXT_OF_OLD_IMAGE)
        return cleaned


def find_choice(value: str, request) -> Image | None:
    """Return the image with an id, if the user may put it in a text; None otherwise."""
    if request is None or not is_valid_pk(value):
        return None
    return Image.objects.usable_by(request.user, request.at).filter(pk=value).first()


def open_library(request, message):
    """Redirect from a saved message to the library, if its user wants to choose an image there; else None."""
    if OPEN_LIBRARY not in request.POST:
        return None
    form = reverse("admin:news_message_change", args=[message.pk])
    return HttpResponseRedirect(f"{reverse('admin:richtext_image_changelist')}?{urlencode({'for': form})}")


def share_images(request, message) -> None:
    """Show the images of a saved message to all who see the library, unless the draft is limited.

    Those of the message that a revision is to change as well: it may be the last one to show them.
    """
    for row in filter(None, (message, message.revision_of)):
        if not (can_be_limited(row, request.at) and row.limited_to.exists()):
            names = [row.image.name] if row.image else []
            Image.objects.filter(Q(file__in=names) | Q(pk__in=row.pictures.values("pk"))).share()


def keep_original(request, message, form) -> None:
    """Keep the original of an image that was sent with a saved message; warn if it cannot be kept."""
    image = Image.objects.filter(file=message.image.name).first() if message.image else None
    if image and (sentence := form.keep_original(image)):
        messages.warning(request, sentence)


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

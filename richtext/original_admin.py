"""Originals of images in the admin: sending one apart, adding one on the page of an image, and downloading it."""

from __future__ import annotations

from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from richtext.models import Image, Original
from richtext.originals import check_original, keep_original, require_same_image
from richtext.renditions import SUFFIXES
from richtext.serving import serve_file

NO_FILE = gettext_lazy("Choose the original of the image.")


class ImageForm(forms.ModelForm):
    """The form of an image of the library; an image without its original has a field to add it."""

    original_file = forms.FileField(
        label=gettext_lazy("original"),
        required=False,
        help_text=gettext_lazy(
            "The image in full size, as the camera wrote it. It stays private; a message can offer journalists a copy."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_original_file(self):
        upload = self.cleaned_data["original_file"]
        if upload:
            require_same_image(check_original(upload), upload, self.instance)
        return upload

    def save_original(self) -> None:
        """Store the original that was sent with a valid form; raise ValidationError if it cannot be stored."""
        if upload := self.cleaned_data.get("original_file"):
            keep_original(self.instance, upload)


def original_facts(original: Original | None):
    """Return what the page of an image says about its original, with a link to download it."""
    if original is None:
        return _("not kept")
    facts = describe_original(original)
    url = reverse("admin:richtext_image_original", args=[original.image_id])
    return format_html(
        '<a href="{}">{}</a> ({})', url, _("Download the original"), _("%s, with all data of the camera") % facts
    )


def describe_original(original: Original) -> str:
    """Return format, size in pixels and size in bytes of an original."""
    return f"{original.kind}, {original.width} × {original.height}, {filesizeformat(original.size)}"


@require_http_methods(["GET", "HEAD", "POST"])
def original_view(request, pk: int):
    """Serve the original of an image to staff who can see the image; store one that a script sends."""
    image = Image.objects.usable_by(request.user, request.at).filter(pk=pk).first() if pk < 2**63 else None
    if image is None:
        raise Http404
    if request.method == "POST":
        return receive_original(request, image)
    original = Original.objects.filter(image=image).first()
    if original is None:
        raise Http404
    name = f"{PurePath(image.name).stem or 'image'}.{SUFFIXES[original.kind]}"
    return serve_file(request, original.file.name, public=False, given_name=name)


def receive_original(request, image):
    """Store the original that a script sends after the smaller image; return whether it is kept, and a sentence."""
    if not request.user.has_perm("richtext.add_image"):
        message = _("You do not have permission to upload images. Ask a site manager.")
        return JsonResponse({"kept": False, "message": message}, status=403)
    upload = request.FILES.get("original")
    try:
        if upload is None:
            raise ValidationError(NO_FILE)
        original = keep_original(image, upload, sent_apart=True)
    except ValidationError as error:
        return JsonResponse({"kept": False, "message": " ".join(error.messages)})
    return JsonResponse({"kept": True, "message": _("The original is kept: %s.") % describe_original(original)})

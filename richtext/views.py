"""Views for the editor: image upload and conversion of pasted HTML."""

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from richtext.convert import convert_html, describe
from richtext.forms import PasteForm, UploadForm
from richtext.models import Image
from richtext.sanitize import sanitize
from richtext.serving import StorageUnavailable, media_url, thumbnail_url


@never_cache
@require_POST
def upload(request):
    """Store an image and return CKEditor's JSON: its URL, or an error message."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return error_response(_("Your session has expired. Sign in in another tab, then try again."), 403)
    if not user.has_perm("richtext.add_image"):
        return error_response(_("You do not have permission to upload images. Ask a site manager."), 403)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return error_response(" ".join(form.errors["upload"]))
    try:
        image = form.save(at=request.at, by=user)
    except StorageUnavailable:
        return error_response(_("File storage is not responding. Nothing was saved. Try again in a minute."))
    data = {"uploaded": 1, "fileName": str(image), "url": media_url(image.file.name), **image_data(image)}
    if notes := form.cleaned_data["upload"].notes:
        data["error"] = {"message": " ".join(notes)}  # the editor shows it as a warning
    return JsonResponse(data)


def image_data(image: Image) -> dict:
    """Return what the scripts of the desk need to know of an image, as JSON and as data attributes."""
    return {
        "id": image.pk,
        "width": image.width,
        "height": image.height,
        "thumbnail": thumbnail_url(image.file.name),
        "alt": image.alt,
        "credit": image.credit,
        "rights": image.rights,
    }


@never_cache
@require_POST
def convert_paste(request):
    """Return pasted HTML sanitised, with a notice for each loss.

    If it cannot be converted, there is no `html` and a notice says why: the editor then pastes plain text.
    """
    if not (request.user.is_active and request.user.is_staff):
        return JsonResponse(
            {"notices": [_("Your session has expired. Sign in in another tab, then paste again.")]}, status=403
        )
    form = PasteForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"notices": [str(error) for error in form.errors["html"]]})
    try:
        prepared, losses = convert_html(form.cleaned_data["html"], language=form.cleaned_data["language"])
        return JsonResponse({"html": sanitize(prepared), "notices": describe(losses)})
    except ValidationError as error:
        return JsonResponse({"notices": error.messages})


def error_response(message, status=200):
    """Return CKEditor's JSON for an error, which it also reads with status 200."""
    return JsonResponse({"uploaded": 0, "error": {"message": message}}, status=status)

"""What the editor asks the server: to keep a picture, and to prepare what is pasted."""

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from richtext.cleaner import clean
from richtext.forms import PasteForm, UploadForm
from richtext.handover import StorageAway, address
from richtext.losses import describe, prepare


@never_cache
@require_POST
def upload(request):
    """Keep a picture, and answer as the editor expects: where it is, or a sentence that says why not."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return refusal(_("You are no longer logged in. Log in again in another tab, then upload the picture."), 403)
    if not user.has_perm("richtext.add_image"):
        return refusal(_("You may not upload pictures. Ask whoever looks after the accounts for this right."), 403)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return refusal(" ".join(form.errors["upload"]))
    try:
        image = form.save(at=request.at, by=user)
    except StorageAway:
        return refusal(_("The store of files does not answer, so nothing was kept. Try again in a minute."))
    return JsonResponse({"uploaded": 1, "fileName": str(image), "url": address(image.file.name)})


@never_cache
@require_POST
def prepare_paste(request):
    """Return pasted HTML as the cleaner keeps it, with a sentence for each thing that was left out.

    Where it cannot be read, `html` is missing, and the sentence says why: the editor then pastes the plain text.
    """
    if not (request.user.is_active and request.user.is_staff):
        said = _("You are no longer logged in. Log in again in another tab, then paste once more.")
        return JsonResponse({"notices": [said]}, status=403)
    form = PasteForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"notices": [str(said) for said in form.errors["html"]]})
    try:
        prepared, losses = prepare(form.cleaned_data["html"], language=form.cleaned_data["language"])
        return JsonResponse({"html": clean(prepared), "notices": describe(losses)})
    except ValidationError as error:
        return JsonResponse({"notices": error.messages})


def refusal(sentence, status=200):
    """Return a "no" with its reason. The editor takes 200 for an answer, of either kind."""
    return JsonResponse({"uploaded": 0, "error": {"message": sentence}}, status=status)

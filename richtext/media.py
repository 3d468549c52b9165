"""View of files (images, attachments): public if a public row has them, otherwise for staff only."""

from posixpath import normpath

from django.http import Http404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from richtext.originals import FOLDER as ORIGINALS
from richtext.public_files import can_view_unpublished, download_name, is_public
from richtext.serving import serve_file

MAX_CACHED_NAMES = 10_000  # public files that an edition caches
MAX_NAME_LENGTH = 200  # characters; no stored name is longer


@csrf_exempt  # so that a POST gets 405
@require_safe
def media_view(request, name):
    """Return a file; 404 both if it does not exist and if it is not public."""
    if len(name) > MAX_NAME_LENGTH or not name.isprintable() or normpath(name).lstrip("/").startswith(ORIGINALS):
        raise Http404
    names = request.edition.get_or_compute("public files", dict)  # name: download name
    if name in names:
        return serve_file(request, name, public=True, given_name=names[name])
    public = is_public(name, request.at)
    if not public and not can_view_unpublished(request.user, name, request.at):
        raise Http404
    given_name = download_name(name)
    if public and len(names) < MAX_CACHED_NAMES:
        names[name] = given_name
    return serve_file(request, name, public=public, given_name=given_name)

"""The files of messages and pages: as public as what they belong to, at this very moment."""

from django.http import Http404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from news.models import Attachment, Message
from pages.models import Page
from richtext.handover import hand_over
from richtext.renditions import originals

LONGEST_NAME = 200  # characters; the storage has none so long


@csrf_exempt  # it takes no form: a POST is told 405
@require_safe
def media(request, name):
    """A picture or an attachment. What is not public answers like what is not there; staff see it for their work."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Http404
    public = is_public(name, request.at)
    if not public and not is_theirs(request.user):
        raise Http404
    return hand_over(request, name, public=public, given_name=Attachment.objects.given_name(name))


def is_public(name, at) -> bool:
    """Say whether a published message or a page that is shown has this file: each question is one look-up by index."""
    published, pictures = Message.objects.published(at), originals(name)
    return any(
        rows.exists()
        for rows in (
            published.headed_by(pictures),
            published.with_picture(pictures),
            published.attaching(name),
            Page.objects.shown().with_picture(pictures),
        )
    )


def is_theirs(user) -> bool:
    """Say whether somebody works on messages or pages."""
    rights = ("news.view_message", "news.change_message", "pages.view_page", "pages.change_page", "richtext.add_image")
    return user.is_active and user.is_staff and any(map(user.has_perm, rights))

"""The files of messages and pages: as public as what they belong to, at this very moment."""

from django.http import Http404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from news.models import Attachment, Message
from pages.models import Page
from richtext.handover import hand_over
from richtext.renditions import originals

REMEMBERED = 10_000  # public files whose look-up an edition remembers: a page with ten pictures asks ten times
LONGEST_NAME = 200  # characters; the storage has none so long


@csrf_exempt  # it takes no form: a POST is told 405
@require_safe
def media(request, name):
    """A picture or an attachment. What is not public answers like what is not there; staff see it for their work."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Http404
    known = request.edition.get_or_compute("public files", dict)
    given_name = known.get(name)
    public = given_name is not None
    if not public:
        public = is_public(name, request.at)
        if not public and not is_theirs(request.user):
            raise Http404
        given_name = Attachment.objects.given_name(name)
        if public and len(known) < REMEMBERED:
            known[name] = given_name
    return hand_over(request, name, public=public, given_name=given_name)


def is_public(name, at) -> bool:
    """Say whether a published message or a page that is shown has this file: one query, each part by an index."""
    published, pictures = Message.objects.published(at), originals(name)
    parts = [
        published.headed_by(pictures),
        published.with_picture(pictures),
        published.attaching(name),
        Page.objects.shown().with_picture(pictures),
    ]
    first, *others = (rows.order_by().values_list("pk") for rows in parts)
    return first.union(*others, all=True).exists()


def is_theirs(user) -> bool:
    """Say whether somebody works on messages or pages."""
    rights = ("news.view_message", "news.change_message", "pages.view_page", "pages.change_page", "richtext.add_image")
    return user.is_active and user.is_staff and any(map(user.has_perm, rights))

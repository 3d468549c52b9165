"""The public's views of the messages: the lists, and a message's own page."""

from datetime import date

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from editions.decorators import per_edition
from news import archive as archives
from news import cards, linked
from news.cursors import Cursor
from news.models import Category, Message
from news.templatetags.moments import in_figures

FOR_OTHERS = {"Cross-Origin-Resource-Policy": "cross-origin"}  # lets other sites show it


@per_edition(known=("before", "after"))
def archive(request, slug=None, year=None, month=None):
    """A list of messages, newest first: all, or a category's, of all time or of a year or a month."""
    if year and year > timezone.localdate(request.at).year:
        raise Http404  # nothing ahead is public
    category = get_object_or_404(Category, slug=slug) if slug else None
    index = archives.index_of(request.edition, request.at, category, year)
    messages = Message.objects.published(request.at).for_list()
    if category:
        messages = messages.filter(category=category)
    if year:
        # By moments, not by `day`: the list's own index finds them, already in order, however many the month has.
        messages = messages.filter(publish_at__range=archives.span_of(year, month))
    page = archives.page_of(messages, before=cursor(request, "before"), after=cursor(request, "after"))
    if not page.rows and (year or request.GET):
        raise Http404
    return render(
        request,
        "news/archive.html",
        {
            "category": category,
            "year": year,
            "month": date(year, month, 1) if month else None,
            "page": page,
            "index": index,
            "address": archives.address(category, year, month),
        },
    )


def cursor(request, name):
    """Return the cursor in the address's parameter `name`, None where it has none; a mangled one is not found."""
    text = request.GET.get(name)
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        raise Http404 from None


@per_edition
def message(request, year, month, day, slug):
    """A message at its own address; 410 with the notice where it was withdrawn."""
    try:
        day = date(year, month, day)
    except ValueError:
        raise Http404 from None
    rows = Message.objects.answered_for(request.at).in_full()
    found = get_object_or_404(rows, day=day, slug=slug)
    if found.withdrawn_at:
        return render(request, "news/withdrawn.html", {"message": found}, status=410)
    older, newer = Message.objects.published(request.at).neighbours(Cursor.of(found))
    if found.revised_at:
        prefetch_related_objects([found], "corrections")  # the page tells of them twice
    context = {
        "message": found,
        "older": older,
        "newer": newer,
        "picture": linked.picture(found),
        "linked": linked.article(found, found.corrections.all() if found.revised_at else ()),
    }
    return render(request, "news/message.html", context)


@per_edition(keep=60)
def card(request, year, month, day, slug):
    """The picture that social media show beside a link to a message."""
    try:
        day = date(year, month, day)
    except ValueError:
        raise Http404 from None
    found = get_object_or_404(Message.objects.published(request.at).select_related("category"), day=day, slug=slug)
    above = f"{found.category.name} · {in_figures(found.publish_at)}"
    return HttpResponse(cards.card(found.headline, settings.EMBASSY_NAME, above), "image/png", headers=FOR_OTHERS)

"""The public's views of the messages: the lists, and a message's own page."""

from datetime import date

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import http_date

from editions.decorators import per_edition
from news import archive as archives
from news import cards, jumps, linked
from news.cursors import Cursor
from news.models import Category, Message

FOR_OTHERS = {"Cross-Origin-Resource-Policy": "cross-origin"}  # lets other sites show it


@per_edition(params=("before", "after", "date"), uncached_params=("date",))
def archive(request, slug=None, year=0, month=0, day=0):
    """A list of messages, newest first: all, or a category's, of all time or of a year, a month or a day."""
    shelf, fault = shelf_of(slug, year, month, day), ""
    messages = Message.objects.published(request.at)
    messages = messages.filter(category=shelf.category) if shelf.category else messages
    if "date" in request.GET:
        try:
            wanted = jumps.day_of(request.GET["date"])
            return HttpResponseRedirect(jumps.address_of(shelf, messages, wanted, request.at))
        except ValueError as error:
            fault = str(error)
    places = {name: cursor(request, name) for name in ("after", "before")}
    # By moments, not by `day`: the list's own index finds them, already in order, however many the month has.
    span = shelf.span if shelf.is_dated else None
    listed = messages.none() if shelf.is_ahead(request.at) else messages.for_list()
    page = archives.page_of(listed, span=span, **places)
    if places["after"] and not page.rows:
        return HttpResponseRedirect(shelf.address)  # what was newer has gone: the head of the list is what is left
    is_found = bool(page.rows) or not (shelf.is_dated or places["before"])
    index = archives.Index(request.edition, request.at, shelf)
    context = {
        "shelf": shelf,
        "page": page,
        "place": next((f"?{name}={place}" for name, place in places.items() if place), ""),
        "index": index,
        "neighbours": index.neighbours(messages),
        "linked": archives.linked_trail(shelf),
        "fault": fault,
        "typed": request.GET.get("date", ""),
        "is_found": is_found,
        "is_over": shelf.is_over(request.at),
    }
    return render(request, "news/archive.html", context, status=200 if is_found else 404)


def shelf_of(slug, year, month, day):
    """Return what a list's address names; a category or a day that there is not is not found."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    try:
        return archives.Shelf(category, year, month, day)
    except ValueError:
        raise Http404 from None


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
    rows = Message.objects.visible_or_withdrawn(request.at).for_detail()
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
    response = render(request, "news/message.html", context)
    response["Last-Modified"] = http_date(found.updated_at.timestamp())
    return response


@per_edition(max_age=60)
def card(request, year, month, day, slug):
    """The picture that social media show beside a link to a message."""
    try:
        day = date(year, month, day)
    except ValueError:
        raise Http404 from None
    found = get_object_or_404(Message.objects.published(request.at).select_related("category"), day=day, slug=slug)
    return HttpResponse(cards.card(*linked.words_of_card(found)), "image/png", headers=FOR_OTHERS)

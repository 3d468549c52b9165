"""Public views of the messages: lists, a message's page, its earlier texts, its social card."""

from dataclasses import replace
from datetime import date

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import http_date

from core.cursors import Cursor
from editions.decorators import per_edition
from news import archive as archives
from news import earlier_texts, goto_date
from news.archive_index import ArchiveIndex
from news.models import Category, Message
from news.related import related_messages
from news.syndication import citations, picture_cards, social_cards, structured_data

EMBEDDABLE = {"Cross-Origin-Resource-Policy": "cross-origin"}  # other sites may embed it


@per_edition(params=("before", "after", "date", "list", "order"), uncached_params=("date",))
def archive(request, slug=None, year=0, month=0, day=0):
    """A list of messages, the newest first: all or a category's, of all time or of a year, a month or a day.

    The page of a day also has the messages that were delivered on it and published on another.
    """
    shelf, error = get_filter_or_404(slug, year, month, day), ""
    if "date" in request.GET:
        try:
            target = goto_date.parse_date(request.GET["date"], request.at)
            return HttpResponseRedirect(archives.ArchiveFilter(shelf.category, *target.timetuple()[:3]).url)
        except ValueError as invalid:
            error = str(invalid)
    here = get_position_or_404(request)
    if here.section and not shelf.day:
        raise Http404
    index = ArchiveIndex(request.edition, request.at, shelf)
    page = get_published_page(request, shelf, here)
    delivered = get_delivered_page(request, shelf, here, index)
    has_rows = bool(page.rows or delivered.rows)
    if here.leads_back and not has_rows:
        return HttpResponseRedirect(f"{shelf.url}{here.start.query}")  # the rows were withdrawn: show the first page
    is_found = has_rows or not (shelf.is_dated or here.before or here.after)
    trail = index.breadcrumbs()
    context = {
        "shelf": shelf,
        "here": here,
        "page": page,
        "delivered": delivered,
        "pager": page.links(shelf.url, replace(here, section="")),
        "delivered_pager": delivered.links(shelf.url, replace(here, section=archives.DELIVERED)),
        "index": index,
        "neighbours": index.neighbours(),
        "trail": trail,
        "json_ld": structured_data.breadcrumbs_json_ld(trail),
        "error": error,
        "typed": request.GET.get("date", ""),
        "is_found": is_found,
        "is_past": shelf.is_past(request.at),
    }
    return render(request, "news/archive.html", context, status=200 if is_found else 404)


def get_published_page(request, shelf, here) -> archives.Page:
    """Return the page of the messages published in the list's period; empty where the URL asks for other ones."""
    if here.section or shelf.is_future(request.at):
        return archives.Page([])
    messages = Message.objects.published(request.at).for_list()
    messages = messages.filter(category=shelf.category) if shelf.category else messages
    # Filtered by publish_at rather than `day`, so that the index of the list gives the rows already in order.
    span = shelf.time_range if shelf.is_dated else None
    return archives.get_page(
        messages, span=span, before=here.before, after=here.after, oldest_first=here.is_oldest_first
    )


def get_delivered_page(request, shelf, here, index) -> archives.Page:
    """Return the page of the messages delivered on the list's day and published on another; empty for other lists."""
    if not shelf.day or index.delivered == index.delivered_and_published or not (here.section or here.is_first_page):
        return archives.Page([])
    messages = Message.objects.published(request.at).delivered_only_on(shelf.first).for_list()
    messages = messages.narrow_to_category(shelf.category) if shelf.category else messages
    return archives.get_page(messages, before=here.before, after=here.after, oldest_first=here.is_oldest_first)


def get_filter_or_404(slug, year, month, day):
    """Return the filter of a list's URL; raise Http404 for an unknown category or a date that does not exist."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    try:
        return archives.ArchiveFilter(category, year, month, day)
    except ValueError:
        raise Http404 from None


def get_position_or_404(request) -> archives.ListPosition:
    """Return the page of a list that the query asks for; raise Http404 for an invalid one."""
    try:
        return archives.ListPosition.parse(request.GET)
    except ValueError:
        raise Http404 from None


def get_day_or_404(year, month, day) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Http404 from None


@per_edition
def message(request, year, month, day, slug):
    """A message; status 410 with the notice where it was withdrawn."""
    found = get_message_or_404(request, year, month, day, slug)
    if found.withdrawn_at:
        return render_withdrawn(request, found)
    older, newer = Message.objects.published(request.at).neighbours(Cursor.of(found))
    context = {
        "message": found,
        "trail": [(shelf.name, shelf.url) for shelf in archives.ArchiveFilter(found.category).ancestors()],
        "older": older,
        "newer": newer,
        "related": related_messages(found, request.at),
        "image": structured_data.preview_image(found),
        "json_ld": structured_data.article_json_ld(found, earlier_texts.list_corrections(found)),
    }
    response = render(request, "news/message.html", context)
    response["Last-Modified"] = http_date(found.updated_at.timestamp())
    return response


@per_edition
def earlier_text(request, year, month, day, slug, number):
    """The text of a message before its correction with this number; 410 where the message was withdrawn."""
    found = get_message_or_404(request, year, month, day, slug)
    shown = [each for each in earlier_texts.list_corrections(found) if each.earlier_path]
    place = next((i for i, each in enumerate(shown) if each.number == number), None)
    if place is None:
        raise Http404
    if found.withdrawn_at:
        return render_withdrawn(request, found)
    context = {
        "message": found,
        "correction": shown[place],
        "earlier": earlier_texts.earlier_text(found, shown[place]),
        "older": shown[place - 1] if place else None,
        "newer": shown[place + 1] if place + 1 < len(shown) else None,
    }
    response = render(request, "news/earlier_text.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def get_message_or_404(request, year, month, day, slug) -> Message:
    """Return the published or withdrawn message of a URL, with its corrections; raise Http404 for others."""
    rows = Message.objects.visible_or_withdrawn(request.at).for_detail()
    found = get_object_or_404(rows, day=get_day_or_404(year, month, day), slug=slug)
    if found.revised_at:
        prefetch_related_objects([found], "corrections")
    return found


def render_withdrawn(request, message) -> HttpResponse:
    """Return the notice of a withdrawn message."""
    return render(request, "news/withdrawn.html", {"message": message}, status=410)


@per_edition
def citation(request, year, month, day, slug, kind):
    """The citation of a message as a file for reference managers; 410 with the notice where it was withdrawn."""
    found = get_message_or_404(request, year, month, day, slug)
    if found.withdrawn_at:
        return render_withdrawn(request, found)
    response = HttpResponse(citations.render_citation(found, kind), citations.CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{found.slug}.{kind}"'
    response["X-Robots-Tag"] = "noindex"
    return response


@per_edition(max_age=60)
def card(request, year, month, day, slug):
    """The image that social networks show beside a link to a message."""
    rows = Message.objects.published(request.at).select_related("category")
    found = get_object_or_404(rows, day=get_day_or_404(year, month, day), slug=slug)
    return HttpResponse(social_cards.render_card(*structured_data.card_texts(found)), "image/png", headers=EMBEDDABLE)


@per_edition(max_age=60)
def picture_card(request, year, month, day, slug):
    """The image of a message in the shape that social networks show beside a link."""
    rows = Message.objects.published(request.at).exclude(image="")
    found = get_object_or_404(rows, day=get_day_or_404(year, month, day), slug=slug)
    try:
        card = picture_cards.render_picture_card(found.image.name, found.image_focus_x, found.image_focus_y)
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(card, "image/jpeg", headers=EMBEDDABLE)

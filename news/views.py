"""Public views of the messages: lists, a message's page, its earlier texts, its social card."""

from datetime import date

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import http_date

from core.cursors import Cursor
from editions.decorators import per_edition
from news import archive as archives
from news import earlier_texts, goto_date
from news.models import Category, Message
from news.syndication import citations, social_cards, structured_data

EMBEDDABLE = {"Cross-Origin-Resource-Policy": "cross-origin"}  # other sites may embed it


@per_edition(params=("before", "after", "date"), uncached_params=("date",))
def archive(request, slug=None, year=0, month=0, day=0):
    """A list of messages, the newest first: all or a category's, of all time or of a year, a month or a day."""
    shelf, error = get_filter_or_404(slug, year, month, day), ""
    messages = Message.objects.published(request.at)
    messages = messages.filter(category=shelf.category) if shelf.category else messages
    if "date" in request.GET:
        try:
            target = goto_date.parse_date(request.GET["date"])
            return HttpResponseRedirect(goto_date.url_of_page_at(shelf, messages, target, request.at))
        except ValueError as invalid:
            error = str(invalid)
    cursors = {name: get_cursor_or_404(request, name) for name in ("after", "before")}
    # Filtered by publish_at rather than `day`, so that the index of the list gives the rows already in order.
    span = shelf.time_range if shelf.is_dated else None
    listed = messages.none() if shelf.is_future(request.at) else messages.for_list()
    page = archives.get_page(listed, span=span, **cursors)
    if cursors["after"] and not page.rows:
        return HttpResponseRedirect(shelf.url)  # the newer messages were withdrawn: show the first page
    is_found = bool(page.rows) or not (shelf.is_dated or cursors["before"])
    index = archives.ArchiveSidebar(request.edition, request.at, shelf)
    context = {
        "shelf": shelf,
        "page": page,
        "cursor_query": next((f"?{name}={cursor}" for name, cursor in cursors.items() if cursor), ""),
        "index": index,
        "neighbours": index.neighbours(messages),
        "json_ld": structured_data.breadcrumbs_json_ld(shelf.breadcrumbs()),
        "error": error,
        "typed": request.GET.get("date", ""),
        "is_found": is_found,
        "is_past": shelf.is_past(request.at),
    }
    return render(request, "news/archive.html", context, status=200 if is_found else 404)


def get_filter_or_404(slug, year, month, day):
    """Return the filter of a list's URL; raise Http404 for an unknown category or a date that does not exist."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    try:
        return archives.ArchiveFilter(category, year, month, day)
    except ValueError:
        raise Http404 from None


def get_day_or_404(year, month, day) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Http404 from None


def get_cursor_or_404(request, name):
    """Return the cursor in a query parameter, None where it is missing; raise Http404 for an invalid one."""
    text = request.GET.get(name)
    try:
        return Cursor.parse(text) if text else None
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
        "trail": archives.ArchiveFilter(found.category).breadcrumbs(),
        "older": older,
        "newer": newer,
        "image": structured_data.link_image(found),
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

"""The feeds: Atom (RFC 4287) for all messages and each category, and a JSON Feed 1.1.

They hold the newest messages, and older ones that were corrected or restored lately: what changed last stands first.
`updated` moves then, not with a typo or a change of place. Atom tells of what was withdrawn by tombstones (RFC 6721),
for a month; in the JSON Feed, which has none, it is just gone.

Atom's archives (RFC 5005, 4) are days that are over: none grows, few are long, and a day without messages is skipped.
The JSON Feed goes on by `next_url`, a keyset link.
"""

import re
from datetime import date, datetime, time
from html import unescape
from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import feedgenerator, timezone
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from editions.moments import local_date, midnight_after
from editions.others import for_others
from news.cursors import EPOCH, Cursor
from news.models import Category, Message
from richtext.handover import address
from richtext.structure import TOKEN

NEWEST = 30
GRAVES = 500  # tombstones, a line each
MOST_REVISED = 5_000  # in a month, of all categories

# What XML 1.0 can't hold: one such character in a headline would break the feed for every reader.
RELATIVE = re.compile(r'(?:href|src)="(?!https?:|mailto:|tel:)')
ADDRESS = re.compile(r'( (?:href|src)=")([^"]*)"')

UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Atom(feedgenerator.Atom1Feed):
    """Django's Atom feed with the messages' whole text as content, languages where they differ, and tombstones."""

    def __init__(self, *args, tombstones=(), links=(), archive=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.tombstones, self.links, self.archive = tombstones, links, archive

    def root_attributes(self):
        return {
            **super().root_attributes(),
            "xml:base": settings.SITE_URL + "/",
            "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
            "xmlns:fh": "http://purl.org/syndication/history/1.0",
        }

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        for relation, href in self.links:
            handler.addQuickElement("link", None, {"rel": relation, "href": href})
        if self.archive:
            handler.addQuickElement("fh:archive")

    def latest_post_date(self):
        # Django's feed says "now" where it has no items: then it would never be the same twice.
        return max(
            [EPOCH, *(item["updateddate"] for item in self.items), *(grave.withdrawn_at for grave in self.tombstones)]
        )

    def write_items(self, handler):
        for message in self.tombstones:
            attributes = {"ref": tag_uri(message), "when": feedgenerator.rfc3339_date(message.withdrawn_at)}
            handler.startElement("at:deleted-entry", attributes)
            handler.addQuickElement("at:comment", printable(message.withdrawn_reason))
            handler.endElement("at:deleted-entry")
        super().write_items(handler)

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})


def absolute(path: str) -> str:
    """Return the absolute address of a path of the site: by the settings, never by the request's host."""
    return settings.SITE_URL + path


def tag_uri(message) -> str:
    """Return an id that outlives every change of address (RFC 4151)."""
    return f"{tag_of('message')}/{message.pk}"


def tag_of(kind: str) -> str:
    """Return what the ids of a kind begin with."""
    return f"tag:{settings.FEED_AUTHORITY}:{kind}"


def printable(text: str) -> str:
    """Return `text` without what XML can't hold."""
    return UNPRINTABLE.sub("", text)


def with_addresses(html: str, base: str) -> str:
    """Return a clean text whose links and pictures have absolute addresses: who reads it is on another site."""
    if not RELATIVE.search(html):
        return html

    def whole(token):
        if token[2] not in ("a", "img"):
            return token[0]
        return ADDRESS.sub(lambda found: f'{found[1]}{escape(urljoin(base, unescape(found[2])))}"', token[0])

    return TOKEN.sub(whole, html)


def content_of(message, link: str) -> str:
    """Return the whole text of a message as others show it: its picture, and the body."""
    picture = ""
    if message.image and message.image_width:
        source = absolute(address(message.image.name))
        picture = format_html('<p><img src="{}" alt="{}"></p>', source, message.image_alt)
    return picture + with_addresses(message.body, link)


def of_feed(at, category=None):
    """Return the messages of a feed and of its archives."""
    messages = Message.objects.published(at).select_related("category")
    return messages.filter(category=category) if category else messages


def and_revised(rows, request, category=None):
    """Return the newest messages with those that were corrected or restored lately, the last change first.

    Who reads the feed alone has seen these long ago, and would never hear of it.
    """
    lately = request.edition.remember("revised", lambda: revised(request.at))
    numbers = [pk for pk, its in lately if category is None or its == category.pk][:NEWEST]
    known = {row.pk: row for row in rows}
    missing = [pk for pk in numbers if pk not in known]
    if missing:
        known |= {row.pk: row for row in of_feed(request.at).order_by().filter(pk__in=missing)}
    return sorted(known.values(), key=lambda row: (row.updated_at, row.pk), reverse=True)


def revised(at):
    """Return numbers and categories of the messages that were corrected or restored lately, the last one first."""
    return list(Message.objects.revised_lately(at).values_list("pk", "category_id")[:MOST_REVISED])


def tombstones(at, category=None):
    """Return the messages that were withdrawn lately, as much of them as a tombstone tells."""
    messages = Message.objects.withdrawn_lately(at).only("withdrawn_at", "withdrawn_reason")
    return list((messages.also_in(category) if category else messages)[:GRAVES])


def feed_of(category, messages, *, own, **kwargs) -> HttpResponse:
    """Return an Atom document with these messages of all, or of a category's."""
    return atom_of(
        messages,
        title=f"{settings.EMBASSY_NAME}: {category.name}" if category else settings.EMBASSY_NAME,
        link=absolute(category.get_absolute_url() if category else reverse("messages")),
        feed_url=absolute(own),
        feed_guid=f"{tag_of('category')}/{category.pk}" if category else tag_of("messages"),
        description=_("What the press office publishes"),
        **kwargs,
    )


def atom_of(messages, *, title, **kwargs) -> HttpResponse:
    """Return an Atom document with these messages."""
    feed = Atom(title=printable(title), language=settings.LANGUAGE_CODE, author_name=settings.EMBASSY_NAME, **kwargs)
    for message in messages:
        link = absolute(message.get_absolute_url())
        feed.add_item(
            title=printable(message.headline),
            link=link,
            unique_id=tag_uri(message),
            description=escape(printable(message.summary or message.headline)),
            content=printable(content_of(message, link)),
            language=message.language,
            pubdate=message.publish_at,
            updateddate=message.updated_at,
            categories=[printable(message.category.name)],
        )
    return HttpResponse(feed.writeString("utf-8"), feed.content_type)


def address_of(category, name: str, *parts) -> str:
    """Return the path of a feed: of all messages, or of a category's."""
    return reverse(f"category_{name}", args=[category.slug, *parts]) if category else reverse(name, args=parts)


@for_others
@per_edition(keep=60)
def atom(request, slug=None):
    """The Atom feed of all messages, or of a category's."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    messages = of_feed(request.at, category)
    rows = list(messages[:NEWEST])
    today = local_date(request.at, timezone.get_default_timezone())
    before = [row.day for row in rows if row.day < today]
    if len(rows) == NEWEST and not before:  # a busy day: where its archive ends is one more question
        before = last_day(messages, today)
    links = [("prev-archive", absolute(archive_address(category, before[0])))] if before else []
    if settings.WEBSUB_HUB:
        links.append(("hub", settings.WEBSUB_HUB))
    rows = and_revised(rows, request, category)
    own = address_of(category, "feed")
    return feed_of(category, rows, own=own, links=links, tombstones=tombstones(request.at, category))


@for_others
@per_edition(keep=60)
def archive(request, year, month, day, slug=None):
    """An archive document of a feed: the messages of a day that is over."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    try:
        day = date(year, month, day)
    except ValueError:
        raise Http404 from None
    today = local_date(request.at, timezone.get_default_timezone())
    start, end = whole_day(day)
    messages = of_feed(request.at, category)
    rows = list(messages.filter(publish_at__gte=start, publish_at__lt=end)) if day < today else []
    if not rows:
        raise Http404
    newer = messages.filter(publish_at__gte=end).order_by("publish_at", "id").values_list("day", flat=True)[:1]
    links = [("current", absolute(address_of(category, "feed")))]
    links += [("prev-archive", absolute(archive_address(category, found))) for found in last_day(messages, day)]
    links += [("next-archive", absolute(archive_address(category, found))) for found in newer if found < today]
    return feed_of(category, rows, own=archive_address(category, day), links=links, archive=True)


def archive_address(category, day: date) -> str:
    """Return the path of the archive document of a day."""
    return address_of(category, "feed_archive", day.year, day.month, day.day)


def whole_day(day: date) -> tuple[datetime, datetime]:
    """Return the midnights around a day of the host's."""
    start = datetime.combine(day, time.min, timezone.get_default_timezone())
    return start, midnight_after(start, timezone.get_default_timezone())


def last_day(messages, day: date) -> list[date]:
    """Return the last day before `day` that has messages, in a list; an empty one for none."""
    return list(messages.filter(publish_at__lt=whole_day(day)[0]).values_list("day", flat=True)[:1])


@for_others
@per_edition(known=("before",), keep=60)
def json_feed(request, slug=None):
    """Messages, or a category's, as a JSON Feed 1.1: the newest, or those before a place in the list."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    messages, given = of_feed(request.at, category), request.GET.get("before")
    try:
        rows = list((messages.older_than(Cursor.parse(given)) if given else messages)[: NEWEST + 1])
    except ValueError:
        raise Http404 from None
    shown = rows[:NEWEST] if given else and_revised(rows[:NEWEST], request, category)
    own = absolute(address_of(category, "feed_json"))
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{settings.EMBASSY_NAME}: {category.name}" if category else settings.EMBASSY_NAME,
        "home_page_url": absolute(category.get_absolute_url() if category else "/"),
        "feed_url": own,
        "language": settings.LANGUAGE_CODE,
        "authors": [{"name": settings.EMBASSY_NAME, "url": absolute("/")}],
        "items": [json_item(message) for message in shown],
    }
    if settings.WEBSUB_HUB and not given:
        feed["hubs"] = [{"type": "WebSub", "url": settings.WEBSUB_HUB}]
    if len(rows) > NEWEST:
        feed["next_url"] = f"{own}?before={Cursor.of(rows[NEWEST - 1])}"
    return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})


def json_item(message) -> dict:
    """Return a message as an item of a JSON Feed."""
    link = absolute(message.get_absolute_url())
    return {
        "id": tag_uri(message),
        "url": link,
        "title": message.headline,
        "summary": message.summary,
        "content_html": content_of(message, link) or format_html("<p>{}</p>", message.summary or message.headline),
        "date_published": message.publish_at.isoformat(),
        "date_modified": message.updated_at.isoformat(),
        "language": message.language,
        "tags": [message.category.name],
        **({"external_url": message.source_url} if message.source_url else {}),
    }

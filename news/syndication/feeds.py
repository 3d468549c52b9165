"""Atom feeds (RFC 4287) of all messages and each category, and JSON Feeds 1.1.

A feed has the newest messages and older ones that were corrected or restored in the last month, the last change first.
`updated` changes with a correction, not with a typo fix or a new URL. A withdrawn message stays for a month as an
entry with the same id and the notice as its text; Atom has a tombstone (RFC 6721) as well.

An archive document of an Atom feed (RFC 5005, section 4) is a past day: it never grows, and days without messages are
skipped. A JSON Feed is continued by `next_url`, a keyset link.
"""

from datetime import date, datetime, time

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import feedgenerator, timezone
from django.utils.translation import gettext as _

from core.cors import allow_any_origin
from core.cursors import EPOCH, Cursor
from core.site_urls import absolute_url
from core.timezones import local_date, midnight_after
from core.xml_text import strip_invalid_xml
from editions.decorators import per_edition
from news.models import Category, Message
from news.syndication.entries import atom_entry, json_item, last_change_of, prefetch_for_entries, tag_prefix, tag_uri

MAX_ENTRIES = 30
MAX_TOMBSTONES = 500  # withdrawn messages in a feed
MAX_REVISED = 5_000  # revised messages in a month, of all categories
TOMBSTONE_FIELDS = (
    "withdrawn_at",
    "withdrawn_reason",
    "publish_at",
    "day",
    "slug",
    "headline",
    "category",
    "revised_at",
)


class Atom(feedgenerator.Atom1Feed):
    """Django's Atom feed with full texts, the language of each entry, enclosures and tombstones."""

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
        # Django's feed uses the current time where it has no items; a response would never equal the one before.
        return max(
            [
                EPOCH,
                *(item["updateddate"] for item in self.items),
                *(message.withdrawn_at for message in self.tombstones),
            ]
        )

    def write_items(self, handler):
        for message in self.tombstones:
            attributes = {"ref": tag_uri(message), "when": feedgenerator.rfc3339_date(message.withdrawn_at)}
            handler.startElement("at:deleted-entry", attributes)
            handler.addQuickElement("at:comment", strip_invalid_xml(message.withdrawn_reason))
            handler.endElement("at:deleted-entry")
        super().write_items(handler)

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})
        for each in item["attachments"]:
            enclosure = {"rel": "enclosure", "href": each["url"], "type": each["mime_type"]}
            enclosure |= {"length": str(each["size_in_bytes"]), "title": strip_invalid_xml(each["title"])}
            handler.addQuickElement("link", None, enclosure)


def feed_messages(at, category=None):
    """Return the messages of a feed and its archive."""
    messages = Message.objects.published(at).for_detail()
    return messages.filter(category=category) if category else messages


def with_revised(rows, request, category=None):
    """Return the newest messages together with recently corrected or restored ones, the last change first.

    Subscribers have read the latter long ago and would not learn of the change otherwise.
    """
    recent = request.edition.get_or_compute("revised", lambda: recently_revised(request.at))
    pks = [pk for pk, category_id in recent if category is None or category_id == category.pk][:MAX_ENTRIES]
    found = {row.pk: row for row in rows}
    missing = [pk for pk in pks if pk not in found]
    if missing:
        found |= {row.pk: row for row in feed_messages(request.at).order_by().filter(pk__in=missing)}
    return sort_by_last_change(found.values())


def recently_revised(at):
    """Return ids and categories of recently corrected or restored messages, the last one first."""
    return list(Message.objects.recently_revised(at).values_list("pk", "category_id")[:MAX_REVISED])


def recently_withdrawn(at, category=None):
    """Return recently withdrawn messages, with the columns that a tombstone and an entry need."""
    messages = Message.objects.recently_withdrawn(at).select_related("category").only(*TOMBSTONE_FIELDS)
    return list((messages.narrow_to_category(category) if category else messages)[:MAX_TOMBSTONES])


def sort_by_last_change(messages) -> list:
    """Return messages sorted by their last change, the newest first."""
    return sorted(messages, key=lambda row: (last_change_of(row), row.pk), reverse=True)


def render_feed(category, messages, *, path, **kwargs) -> HttpResponse:
    """Return an Atom document of all messages, or of a category's, with these entries."""
    return render_atom(
        messages,
        title=f"{settings.EMBASSY_NAME}: {category.name}" if category else settings.EMBASSY_NAME,
        link=absolute_url(category.get_absolute_url() if category else reverse("messages")),
        feed_url=absolute_url(path),
        feed_guid=f"{tag_prefix('category')}/{category.pk}" if category else tag_prefix("messages"),
        description=_("What the press office publishes"),
        **kwargs,
    )


def render_atom(messages, *, title, **kwargs) -> HttpResponse:
    """Return an Atom document."""
    feed = Atom(
        title=strip_invalid_xml(title), language=settings.LANGUAGE_CODE, author_name=settings.EMBASSY_NAME, **kwargs
    )
    for message in prefetch_for_entries(messages):
        feed.add_item(**atom_entry(message))
    return HttpResponse(feed.writeString("utf-8"), feed.content_type)


def feed_path(category, name: str, *parts) -> str:
    """Return the path of a feed of all messages, or of a category's."""
    return reverse(f"category_{name}", args=[category.slug, *parts]) if category else reverse(name, args=parts)


@allow_any_origin
@per_edition(max_age=60)
def atom_feed(request, slug=None):
    """Atom feed of all messages, or of a category's."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    messages = feed_messages(request.at, category)
    rows = list(messages[:MAX_ENTRIES])
    today = local_date(request.at, timezone.get_default_timezone())
    before = [row.day for row in rows if row.day < today]
    if len(rows) == MAX_ENTRIES and not before:  # all of them are of today: find the last day before
        before = last_day_before(messages, today)
    links = [("prev-archive", absolute_url(archive_path(category, before[0])))] if before else []
    if settings.WEBSUB_HUB:
        links.append(("hub", settings.WEBSUB_HUB))
    tombstones = recently_withdrawn(request.at, category)
    rows = sort_by_last_change([*with_revised(rows, request, category), *tombstones])
    return render_feed(category, rows, path=feed_path(category, "feed"), links=links, tombstones=tombstones)


@allow_any_origin
@per_edition(max_age=60)
def archive_document(request, year, month, day, slug=None):
    """Archive document of a feed: the messages of a past day."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    try:
        day = date(year, month, day)
    except ValueError:
        raise Http404 from None
    today = local_date(request.at, timezone.get_default_timezone())
    if day >= today:  # checked before the midnights are computed: 31 December 9999 has no second one
        raise Http404
    start, end = day_bounds(day)
    messages = feed_messages(request.at, category)
    rows = list(messages.filter(publish_at__gte=start, publish_at__lt=end))
    if not rows:
        raise Http404
    newer = messages.filter(publish_at__gte=end).order_by("publish_at", "id").values_list("day", flat=True)[:1]
    links = [("current", absolute_url(feed_path(category, "feed")))]
    links += [("prev-archive", absolute_url(archive_path(category, found))) for found in last_day_before(messages, day)]
    links += [("next-archive", absolute_url(archive_path(category, found))) for found in newer if found < today]
    return render_feed(category, rows, path=archive_path(category, day), links=links, archive=True)


def archive_path(category, day: date) -> str:
    """Return the path of a day's archive document."""
    return feed_path(category, "feed_archive", day.year, day.month, day.day)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the midnights at the start and end of a day in the host's time zone."""
    start = datetime.combine(day, time.min, timezone.get_default_timezone())
    return start, midnight_after(start, timezone.get_default_timezone())


def last_day_before(messages, day: date) -> list[date]:
    """Return a list with the last day before `day` that has messages, empty if there is none."""
    return list(messages.filter(publish_at__lt=day_bounds(day)[0]).values_list("day", flat=True)[:1])


@allow_any_origin
@per_edition(params=("before",), max_age=60)
def json_feed(request, slug=None):
    """JSON Feed 1.1 of all messages, or of a category's: the newest, or those after a cursor."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    messages, before = feed_messages(request.at, category), request.GET.get("before")
    try:
        rows = list((messages.older_than(Cursor.parse(before)) if before else messages)[: MAX_ENTRIES + 1])
    except ValueError:
        raise Http404 from None
    shown = rows[:MAX_ENTRIES]
    if not before:
        tombstones = recently_withdrawn(request.at, category)
        shown = sort_by_last_change([*with_revised(shown, request, category), *tombstones])
    url = absolute_url(feed_path(category, "feed_json"))
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{settings.EMBASSY_NAME}: {category.name}" if category else settings.EMBASSY_NAME,
        "home_page_url": absolute_url(category.get_absolute_url() if category else "/"),
        "feed_url": url,
        "language": settings.LANGUAGE_CODE,
        "authors": [{"name": settings.EMBASSY_NAME, "url": absolute_url("/")}],
        "items": [json_item(message) for message in prefetch_for_entries(shown)],
    }
    if settings.WEBSUB_HUB and not before:
        feed["hubs"] = [{"type": "WebSub", "url": settings.WEBSUB_HUB}]
    if len(rows) > MAX_ENTRIES:
        feed["next_url"] = f"{url}?before={Cursor.of(rows[MAX_ENTRIES - 1])}"
    return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})

"""The feeds: Atom (RFC 4287) for all messages and each category, and a JSON Feed 1.1.

`updated` moves when a message is corrected or restored, not with a typo or a change of place. Atom tells of what was
withdrawn by tombstones (RFC 6721), for a month; in the JSON Feed, which has none, it is just gone.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import feedgenerator
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from news.cursors import EPOCH
from news.models import Category, Message

NEWEST = 30

# What XML 1.0 can't hold: one such character in a headline would break the feed for every reader.
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Atom(feedgenerator.Atom1Feed):
    """Django's Atom feed with the messages' whole text as content, languages where they differ, and tombstones."""

    def __init__(self, *args, tombstones=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.tombstones = tombstones

    def root_attributes(self):
        return {
            **super().root_attributes(),
            "xml:base": settings.SITE_URL + "/",
            "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
        }

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

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html", "xml:lang": item["language"]})


def absolute(path: str) -> str:
    """Return the absolute address of a path of the site: by the settings, never by the request's host."""
    return settings.SITE_URL + path


def tag_uri(message) -> str:
    """Return an id that outlives every change of address (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2020:message/{message.pk}"


def printable(text: str) -> str:
    """Return `text` without what XML can't hold."""
    return UNPRINTABLE.sub("", text)


def newest(at, category=None):
    """Return the messages of a feed."""
    messages = Message.objects.published(at).select_related("category")
    return (messages.filter(category=category) if category else messages)[:NEWEST]


def tombstones(at, category=None):
    """Return the messages that were withdrawn lately, as much of them as a tombstone tells."""
    messages = Message.objects.withdrawn_lately(at).only("withdrawn_at", "withdrawn_reason")
    return list((messages.filter(category=category) if category else messages)[:NEWEST])


@per_edition(keep=60)
def atom(request, slug=None):
    """The Atom feed of all messages, or of a category's."""
    category = get_object_or_404(Category, slug=slug) if slug else None
    page = reverse("category", args=[slug]) if category else reverse("messages")
    own = reverse("category_feed", args=[slug]) if category else reverse("feed")
    feed = Atom(
        title=f"{settings.EMBASSY_NAME}: {category.name}" if category else settings.EMBASSY_NAME,
        link=absolute(page),
        feed_url=absolute(own),
        feed_guid=absolute(own),
        description=_("What the press office publishes"),
        language=settings.LANGUAGE_CODE,
        author_name=settings.EMBASSY_NAME,
        tombstones=tombstones(request.at, category),
    )
    for message in newest(request.at, category):
        feed.add_item(
            title=printable(message.headline),
            link=absolute(message.get_absolute_url()),
            unique_id=tag_uri(message),
            description=escape(printable(message.summary)),
            content=printable(message.body),
            language=message.language,
            pubdate=message.publish_at,
            updateddate=message.updated_at,
            categories=[message.category.name],
        )
    return HttpResponse(feed.writeString("utf-8"), feed.content_type)


@per_edition(keep=60)
def json_feed(request):
    """The newest messages as a JSON Feed 1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.EMBASSY_NAME,
        "home_page_url": absolute("/"),
        "feed_url": absolute(reverse("feed_json")),
        "language": settings.LANGUAGE_CODE,
        "authors": [{"name": settings.EMBASSY_NAME, "url": absolute("/")}],
        "items": [
            {
                "id": tag_uri(message),
                "url": absolute(message.get_absolute_url()),
                "title": message.headline,
                "summary": message.summary,
                "content_html": message.body or format_html("<p>{}</p>", message.summary),
                "date_published": message.publish_at.isoformat(),
                "date_modified": message.updated_at.isoformat(),
                "language": message.language,
                "tags": [message.category.name],
                **({"external_url": message.source_url} if message.source_url else {}),
            }
            for message in newest(request.at)
        ],
    }
    return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})

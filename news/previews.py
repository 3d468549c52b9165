"""Previews: the page of an unpublished message or release, for staff and for readers with a preview link."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from django.conf import settings
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt

from news.models import Attachment, PreviewLink
from richtext.renditions import source_candidates
from richtext.serving import serve_file

# User-Agent patterns of browser families. The first match counts: many contain “Safari” and “Chrome” as well.
BROWSER_PATTERNS = {
    "robot": re.compile(
        r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|whatsapp|telegram|slack|skype|curl|wget|python|monitor|^$",
        re.IGNORECASE,
    ),
    "Edge": re.compile(r"Edg(?:e|A|iOS)?/"),
    "Firefox": re.compile(r"Firefox/|FxiOS/"),
    "Opera": re.compile(r"OPR/"),
    "Chrome": re.compile(r"Chrome/|CriOS/|Chromium/"),
    "Safari": re.compile(r"Safari/"),
}
URL_ATTRIBUTES = re.compile(r'(?<=\s)(src|srcset|href|poster)="([^"]*)"')


# Public views


@csrf_exempt  # no form: a POST gets a 405, as at any other URL
def preview_page(request, token):
    """Show an unpublished message, a change of one or a release to a reader with a valid preview link.

    A message that is public by now redirects to its page; a published release says so.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    link = get_valid_link(request, token)
    if link.release:
        return release_page(request, link)
    if link.message.discarded_at:
        raise Http404
    shown = link.message.revision_of if link.message.applied_at else link.message
    if shown.was_public(request.at):
        return set_private_headers(HttpResponseRedirect(shown.get_absolute_url()))
    record_visit(request, link)
    article = render_article(request, link, prepare_preview(link.message, request.at))[0]
    context = {"link": link, "message": link.message, "article": article}
    return set_private_headers(render(request, "news/preview_link.html", context))


def release_page(request, link):
    """Show all items of a release in their order; a published or empty one with a sentence instead."""
    record_visit(request, link)
    at = max(link.release.moment or request.at, request.at)
    items = [prepare_preview(item, at) for item in readable_items(link, request.at)]
    articles = [
        (item, "" if item.change_kind == "withdrawal" else render_article(request, link, item, level="2")[0])
        for item in items
    ]
    context = {"link": link, "release": link.release, "articles": articles}
    return set_private_headers(render(request, "news/release_preview_link.html", context))


@csrf_exempt
def preview_file(request, token, name):
    """Serve a file of a message with a valid preview link, if its page shows the file."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    link = get_valid_link(request, token)
    if not any(name in render_article(request, link, item)[1] for item in items_with_file(request, link, name)):
        raise Http404
    return set_private_headers(
        serve_file(request, name, public=False, given_name=Attachment.objects.download_name(name))
    )


def get_valid_link(request, token):
    """Return the valid link of a token; raise Http404 otherwise."""
    link = PreviewLink.objects.find(token, request.at)
    if link is None:
        raise Http404
    return link


def readable_items(link, at) -> list:
    """Return the items that the link of an unpublished release shows: those that its creator may see at `at`.

    A limited draft that was added, or limited, after the link was created is thus not shown.
    """
    if link.release.published_at:
        return []
    return list(link.release.ordered_items().filter(discarded_at=None).visible_to(link.created_by, at))


def items_with_file(request, link, name: str) -> list:
    """Return the messages below a link whose page can show a file, prepared; a withdrawal shows none."""
    shown = readable_items(link, request.at) if link.release else [link.message]
    names = set(source_candidates(name))
    return [
        prepare_preview(item, request.at)
        for item in shown
        if not (link.release and item.change_kind == "withdrawal") and not own_files(item).isdisjoint(names)
    ]


def record_visit(request, link) -> None:
    """Record a reader's visit to a link."""
    if is_visit(request):
        link.record_visit(browser_family(request.headers.get("User-Agent", "")), at=request.at)


def set_private_headers(response):
    """Forbid caches, indexing and referrers for a response."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response


def is_visit(request) -> bool:
    """Return whether this is a reader's visit, not a prefetch or a HEAD request."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose


def browser_family(agent: str) -> str:
    """Return the browser family of a User-Agent, or "other"."""
    return next((name for name, pattern in BROWSER_PATTERNS.items() if pattern.search(agent)), "other")


# Content


def prepare_preview(message, at):
    """Return `message` with the publication date that it would have if it were approved at `at`.

    A revision of a public message keeps that message's.
    """
    keeps_date = message.is_revision and message.revision_of.was_public(at)
    # For the template, which then does not say “Published”.
    message.is_preview = not (keeps_date or message.was_public(at))
    if not message.approved_at and not keeps_date:
        message.publish_at = max(message.publish_at or at, at)
    return message


def render_article(request, link, message, level: str = "1") -> tuple[str, set[str]]:
    """Return the HTML of a prepared message's article with its files at URLs below the link, and these files' names.

    Only the link opens the files of an unpublished message, and it opens no others: a text may name the file of another
    draft.
    """
    html = render_to_string("news/_message.html", {"message": message, "level": level}, request)
    own = own_files(message)
    names: set[str] = set()

    def rewrite_urls(found: re.Match) -> str:
        parts = []
        for part in found[2].split(", ") if found[1] == "srcset" else [found[2]]:
            url, space, width = part.partition(" ")
            name = unquote(unescape(url.removeprefix(settings.MEDIA_URL)))
            if url.startswith(settings.MEDIA_URL) and not own.isdisjoint(source_candidates(name)):
                names.add(name)
                url = reverse("preview_file", args=[link.token, name])
            parts.append(url + space + width)
        return f'{found[1]}="{", ".join(parts)}"'

    return mark_safe(URL_ATTRIBUTES.sub(rewrite_urls, html)), names  # noqa: S308 (rendered by a template, from sanitised text)


def own_files(message) -> set[str]:
    """Return the names of a message's files: its lead image, the images in its text, its attachments."""
    names = {message.image.name} if message.image else set()
    names.update(message.pictures.values_list("file", flat=True))
    names.update(message.attachments.values_list("file", flat=True))
    return names

"""Previews: a message as its page will look, for the desk and for whoever has a preview link."""

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
from richtext.handover import hand_over
from richtext.renditions import originals

# What a reader's program calls itself, coarsely. The first that fits: many call themselves Safari and Chrome as well.
BROWSERS = {
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
ADDRESSES = re.compile(r'(?<=\s)(src|srcset|href|poster)="([^"]*)"')


# The public's side of a link


@csrf_exempt  # it takes no form: a POST is told 405, as at any other address
def preview(request, token):
    """A message that is not public yet, for whoever holds a live preview link; one that is public, at its address."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    link = live_link(request, token)
    if link.message.was_public(request.at):
        return discreet(HttpResponseRedirect(link.message.get_absolute_url()))
    if is_opening(request):
        link.record_visit(browser_family(request.headers.get("User-Agent", "")), at=request.at)
    context = {"link": link, "message": link.message, "article": article(request, link)[0]}
    return discreet(render(request, "news/preview_link.html", context))


@csrf_exempt
def preview_file(request, token, name):
    """A file of a message behind a live preview link: one that its page shows, and no other."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    link = live_link(request, token)
    if name not in article(request, link)[1]:
        raise Http404
    return discreet(hand_over(request, name, public=False, given_name=Attachment.objects.download_name(name)))


def live_link(request, token):
    """Return the link of a token; whatever is wrong with it, there is nothing at its address."""
    link = PreviewLink.objects.find(token, request.at)
    if link is None:
        raise Http404
    return link


def discreet(response):
    """Let nobody keep, index or pass on a response."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response


def is_opening(request) -> bool:
    """Say whether somebody reads: not a browser that looks ahead, nor a program that only asks for the headers."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in ahead


def browser_family(agent: str) -> str:
    """Return the family that a program belongs to, by what it calls itself; "other" where we can't tell."""
    return next((name for name, pattern in BROWSERS.items() if pattern.search(agent)), "other")


# What it shows


def for_preview(message, at):
    """Return `message` with the date that its page would bear, were it approved at the moment `at`."""
    message.is_preview = not message.was_public(at)  # its page does not say that it was published
    if not message.approved_at:
        message.publish_at = max(message.publish_at or at, at)
    return message


def article(request, link) -> tuple[str, set[str]]:
    """Return a message's article with its files at addresses below the link, and the names of these files.

    The files of a message that is not public are opened by the link alone, and the link opens no others: a text may
    name the file of another draft.
    """
    message = for_preview(link.message, request.at)
    html = render_to_string("news/_message.html", {"message": message, "level": "1"}, request)
    own = own_files(message)
    names: set[str] = set()

    def move_address(found: re.Match) -> str:
        parts = []
        for part in found[2].split(", ") if found[1] == "srcset" else [found[2]]:
            address, space, width = part.partition(" ")
            name = unquote(unescape(address.removeprefix(settings.MEDIA_URL)))
            if address.startswith(settings.MEDIA_URL) and not own.isdisjoint(originals(name)):
                names.add(name)
                address = reverse("preview_file", args=[link.token, name])
            parts.append(address + space + width)
        return f'{found[1]}="{", ".join(parts)}"'

    return mark_safe(ADDRESSES.sub(move_address, html)), names  # noqa: S308 (a template made it, from cleaned text)


def own_files(message) -> set[str]:
    """Return the names of the files that belong to a message: its picture, those in its text, its attachments."""
    names = {message.image.name} if message.image else set()
    names.update(message.pictures.values_list("file", flat=True))
    names.update(message.attachments.values_list("file", flat=True))
    return names

"""What machines ask for: the sitemaps, what crawlers may read, how a browser searches here, the site as an app."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from counters.models import Counter
from editions.decorators import per_edition
from news import sitemaps
from news.feed_entries import printable
from news.models import Category
from news.templatetags.moments import machine
from pages.models import Page

XML = "application/xml; charset=utf-8"
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'

# Sitemaps


@per_edition(max_age=60)
def sitemap(request):
    """The index of the sitemap: the parts, each with its last change."""
    rows = [entry("sitemap", settings.SITE_URL + reverse("sitemap_pages"))]
    for span, changed in sitemaps.last_changes(sitemaps.parts(request.edition, request.at), request.at):
        rows.append(entry("sitemap", settings.SITE_URL + reverse("sitemap_part", args=[span.name]), changed))
    return document("sitemapindex", rows)


@per_edition(max_age=60)
def sitemap_part(request, name):
    """The messages of some months."""
    found = [span for span in sitemaps.parts(request.edition, request.at) if span.name == name]
    if not found:
        raise Http404
    rows = sitemaps.addresses(found[0], request.at)
    return document(
        "urlset", [entry("url", settings.SITE_URL + row.get_absolute_url(), row.updated_at) for row in rows]
    )


@per_edition(max_age=60)
def sitemap_pages(request):
    """Every other page: lists, counters, contact, pages of the office. None says when it changed: nobody keeps that."""
    names = "home", "messages", "counters:index", "consular:contact", "api:index"
    paths = [reverse(name) for name in names]
    rows = (*Category.objects.all(), *Counter.objects.shown(), *Page.objects.shown())
    paths += [row.get_absolute_url() for row in rows]
    return document("urlset", [entry("url", settings.SITE_URL + path) for path in paths])


@per_edition(max_age=60)
def sitemap_news(request):
    """The messages of the last two days, as news aggregators read them."""
    publication = f"<news:name>{escape(settings.EMBASSY_NAME)}</news:name>"
    rows = [
        f"<url><loc>{escape(settings.SITE_URL + row.get_absolute_url())}</loc>"
        f"<news:news><news:publication>{publication}"
        f"<news:language>{row.language}</news:language></news:publication>"
        f"<news:publication_date>{machine(row.publish_at)}</news:publication_date>"
        f"<news:title>{escape(printable(row.headline))}</news:title></news:news></url>"
        for row in sitemaps.latest(request.at)
    ]
    return document("urlset", rows, NEWS)


def entry(kind, address, changed=None):
    """Return an entry of a sitemap."""
    moment = f"<lastmod>{machine(changed)}</lastmod>" if changed else ""
    return f"<{kind}><loc>{escape(address)}</loc>{moment}</{kind}>"


def document(kind, rows, spaces=""):
    """Return a sitemap."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {" ".join(filter(None, [SITEMAP, spaces]))}>'
    return HttpResponse("\n".join([head, *rows, f"</{kind}>\n"]), XML)


# The site in a browser's own furniture


@per_edition(max_age=60)
def opensearch(request):
    """How a browser searches here (OpenSearch 1.1)."""
    return render(request, "opensearch.xml", content_type="application/opensearchdescription+xml; charset=utf-8")


@per_edition(max_age=60)
def manifest(request):
    """The site as an app: its name and its icons."""
    icons = [
        {"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    facts = {
        "name": settings.EMBASSY_NAME,
        "short_name": settings.EMBASSY_NAME[:30],
        "start_url": "/",
        "display": "browser",
        "lang": settings.LANGUAGE_CODE,
        "background_color": "#16202f",
        "theme_color": "#16202f",
        "icons": icons,
    }
    return JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


# For crawlers


@per_edition(max_age=60)
def robots(request):
    """What crawlers may read: all but the desk, enquiries, and searches, which lead to a hundred more each."""
    return HttpResponse(render_to_string("robots.txt", {"url": settings.SITE_URL}), "text/plain; charset=utf-8")


@per_edition(max_age=60)
def security(request):
    """Whom to tell about a hole (RFC 9116)."""
    context = {"url": settings.SITE_URL, "contact": settings.SECURITY_CONTACT, "expires": next_year(request.at)}
    return HttpResponse(render_to_string("security.txt", context), "text/plain; charset=utf-8")


def next_year(at):
    """Return the first day of a month eleven to twelve months ahead: a date that stays the same for a month."""
    return at.replace(year=at.year + 1, day=1, hour=0, minute=0, second=0, microsecond=0)

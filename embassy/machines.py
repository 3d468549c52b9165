"""For search engines: XML sitemaps (sitemaps.org), the Google News sitemap and robots.txt."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpResponse
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


@per_edition(keep=60)
def sitemap(request):
    """The sitemap index: the parts, each with the time of its last change."""
    rows = [entry("sitemap", settings.SITE_URL + reverse("sitemap_pages"))]
    for span, changed in sitemaps.last_changes(sitemaps.parts(request.edition, request.at), request.at):
        rows.append(entry("sitemap", settings.SITE_URL + reverse("sitemap_part", args=[span.name]), changed))
    return document("sitemapindex", rows)


@per_edition(keep=60)
def sitemap_part(request, name):
    """The messages of some months."""
    spans = [span for span in sitemaps.parts(request.edition, request.at) if span.name == name]
    if not spans:
        raise Http404
    rows = sitemaps.addresses(spans[0], request.at)
    return document(
        "urlset", [entry("url", settings.SITE_URL + row.get_absolute_url(), row.updated_at) for row in rows]
    )


@per_edition(keep=60)
def sitemap_pages(request):
    """All other pages: lists, counters, contact, pages. They have no `lastmod`, because it is not stored."""
    names = "home", "messages", "counters:index", "consular:contact", "api:index"
    paths = [reverse(name) for name in names]
    rows = (*Category.objects.all(), *Counter.objects.shown(), *Page.objects.shown())
    paths += [row.get_absolute_url() for row in rows]
    return document("urlset", [entry("url", settings.SITE_URL + path) for path in paths])


@per_edition(keep=60)
def sitemap_news(request):
    """The Google News sitemap: the messages of the last two days."""
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


def entry(kind, url, changed=None):
    lastmod = f"<lastmod>{machine(changed)}</lastmod>" if changed else ""
    return f"<{kind}><loc>{escape(url)}</loc>{lastmod}</{kind}>"


def document(kind, rows, namespaces=""):
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {" ".join(filter(None, [SITEMAP, namespaces]))}>'
    return HttpResponse("\n".join([head, *rows, f"</{kind}>\n"]), XML)


# robots.txt


@per_edition(keep=60)
def robots(request):
    """robots.txt: everything except the admin, enquiries, and search results, whose links multiply."""
    return HttpResponse(render_to_string("robots.txt", {"url": settings.SITE_URL}), "text/plain; charset=utf-8")

"""For search engines: XML sitemaps (sitemaps.org), the Google News sitemap and robots.txt."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from consular.models import Topic
from core.templatetags.datetimes import iso
from core.xml_text import strip_invalid_xml
from counters.models import Counter
from editions.decorators import per_edition
from news.models import Category
from news.syndication import sitemaps
from pages.models import Page

XML_CONTENT_TYPE = "application/xml; charset=utf-8"
SITEMAP_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS_NAMESPACE = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'

# Sitemaps


@per_edition(max_age=60)
def sitemap_index(request):
    """The sitemap index: the parts, each with the time of its last change."""
    rows = [sitemap_entry("sitemap", settings.SITE_URL + reverse("sitemap_pages"))]
    for span, changed in sitemaps.last_changes(sitemaps.sitemap_files(request.edition, request.at), request.at):
        rows.append(sitemap_entry("sitemap", settings.SITE_URL + reverse("sitemap_part", args=[span.name]), changed))
    return sitemap_response("sitemapindex", rows)


@per_edition(max_age=60)
def sitemap_part(request, name):
    """The messages of some months."""
    spans = [span for span in sitemaps.sitemap_files(request.edition, request.at) if span.name == name]
    if not spans:
        raise Http404
    rows = sitemaps.messages_in_file(spans[0], request.at)
    return sitemap_response(
        "urlset", [sitemap_entry("url", settings.SITE_URL + row.get_absolute_url(), row.updated_at) for row in rows]
    )


@per_edition(max_age=60)
def sitemap_pages(request):
    """All other pages: lists, counters, contact and topics, pages. They have no `lastmod`, because it is not stored."""
    names = "home", "messages", "counters:index", "consular:contact", "contents", "api:index"
    paths = [reverse(name) for name in names]
    rows = (*Category.objects.all(), *Counter.objects.shown(), *Topic.objects.shown(), *Page.objects.shown())
    paths += [row.get_absolute_url() for row in rows]
    return sitemap_response("urlset", [sitemap_entry("url", settings.SITE_URL + path) for path in paths])


@per_edition(max_age=60)
def sitemap_news(request):
    """The Google News sitemap: the messages of the last two days."""
    publication = f"<news:name>{escape(settings.EMBASSY_NAME)}</news:name>"
    rows = [
        f"<url><loc>{escape(settings.SITE_URL + row.get_absolute_url())}</loc>"
        f"<news:news><news:publication>{publication}"
        f"<news:language>{row.language}</news:language></news:publication>"
        f"<news:publication_date>{iso(row.publish_at)}</news:publication_date>"
        f"<news:title>{escape(strip_invalid_xml(row.headline))}</news:title></news:news></url>"
        for row in sitemaps.news_messages(request.at)
    ]
    return sitemap_response("urlset", rows, NEWS_NAMESPACE)


def sitemap_entry(kind, url, changed=None):
    lastmod = f"<lastmod>{iso(changed)}</lastmod>" if changed else ""
    return f"<{kind}><loc>{escape(url)}</loc>{lastmod}</{kind}>"


def sitemap_response(kind, rows, namespaces=""):
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {" ".join(filter(None, [SITEMAP_NAMESPACE, namespaces]))}>'
    return HttpResponse("\n".join([head, *rows, f"</{kind}>\n"]), XML_CONTENT_TYPE)


# robots.txt


@per_edition(max_age=60)
def robots_txt(request):
    """robots.txt: everything except the admin, enquiries, and search results, whose links multiply."""
    return HttpResponse(render_to_string("robots.txt", {"url": settings.SITE_URL}), "text/plain; charset=utf-8")

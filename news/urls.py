"""URLs below /messages/: all, a year, a month, a day, a category with the same, a message, feeds."""

from django.urls import path

from news import converters, views  # noqa: F401 (importing `converters` registers yyyy, mm, dd and nth)
from news.syndication import feeds

MESSAGE = "<yyyy:year>/<mm:month>/<dd:day>/<slug:slug>/"

urlpatterns = [
    path("", views.archive, name="messages"),
    path("feed/", feeds.atom_feed, name="feed"),
    path("feed/<yyyy:year>/<mm:month>/<dd:day>/", feeds.archive_document, name="feed_archive"),
    path("feed.json", feeds.json_feed, name="feed_json"),
    path("<yyyy:year>/", views.archive, name="year"),
    path("<yyyy:year>/<mm:month>/", views.archive, name="month"),
    path("<yyyy:year>/<mm:month>/<dd:day>/", views.archive, name="day"),
    path(MESSAGE, views.message, name="message"),
    path(f"{MESSAGE}card.png", views.card, name="card"),
    path(f"{MESSAGE}card.jpg", views.picture_card, name="picture_card"),
    path(f"{MESSAGE}citation.bib", views.citation, {"kind": "bib"}, name="citation_bib"),
    path(f"{MESSAGE}citation.ris", views.citation, {"kind": "ris"}, name="citation_ris"),
    path(f"{MESSAGE}earlier/<nth:number>/", views.earlier_text, name="earlier_text"),
    path("<slug:slug>/", views.archive, name="category"),
    path("<slug:slug>/feed/", feeds.atom_feed, name="category_feed"),
    path("<slug:slug>/feed/<yyyy:year>/<mm:month>/<dd:day>/", feeds.archive_document, name="category_feed_archive"),
    path("<slug:slug>/feed.json", feeds.json_feed, name="category_feed_json"),
    path("<slug:slug>/<yyyy:year>/", views.archive, name="category_year"),
    path("<slug:slug>/<yyyy:year>/<mm:month>/", views.archive, name="category_month"),
    path("<slug:slug>/<yyyy:year>/<mm:month>/<dd:day>/", views.archive, name="category_day"),
]

"""URLs below /api/: documentation, OpenAPI document, data."""

from django.urls import path, re_path

from counters import api as counters
from embassy.api import views
from news.api import views as news

app_name = "api"

urlpatterns = [
    path("", views.index, name="index"),
    path("openapi.json", views.openapi, name="openapi"),
    path("messages/", news.messages, name="messages"),
    path("messages/<str:number>/", news.message, name="message"),
    path("categories/", news.categories, name="categories"),
    path("counters/", counters.counters, name="counters"),
    path("counters/<slug:slug>/", counters.counter, name="counter"),
    re_path(r"^(?:messages|categories|counters)(?:/[^/]+)?$", views.slash_missing, name="slash_missing"),
]

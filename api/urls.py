"""URLs below /api/: documentation, OpenAPI document, data."""

from django.urls import path, re_path

from api import counters, views
from api.messages import views as news

app_name = "api"

urlpatterns = [
    path("", views.documentation, name="index"),
    path("openapi.json", views.openapi, name="openapi"),
    path("messages/", news.message_list, name="messages"),
    path("messages/<str:number>/", news.message_detail, name="message"),
    path("categories/", news.category_list, name="categories"),
    path("counters/", counters.counter_list, name="counters"),
    path("counters/<slug:slug>/", counters.counter_detail, name="counter"),
    re_path(r"^(?:messages|categories|counters)(?:/[^/]+)?$", views.append_slash, name="slash_missing"),
]

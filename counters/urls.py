"""URLs of the counters: list, detail page, JSON, badge."""

from django.urls import path

from counters import views

app_name = "counters"

urlpatterns = [
    path("", views.counter_list, name="index"),
    path("<slug:slug>/", views.counter_detail, name="detail"),
    path("<slug:slug>.json", views.counter_json, name="json"),
    path("<slug:slug>.svg", views.counter_badge, name="badge"),
]

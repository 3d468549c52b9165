"""URLs of the counters: list, detail page, JSON, badge."""

from django.urls import path

from counters import views

app_name = "counters"

urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>.json", views.data, name="json"),
    path("<slug:slug>.svg", views.badge, name="badge"),
]

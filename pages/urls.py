from django.urls import path, register_converter

from pages import views
from pages.paths import PagePathConverter

register_converter(PagePathConverter, "pages")

app_name = "pages"

urlpatterns = [path("<pages:path>/", views.page, name="page")]

"""URL configuration of the project."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from accounts import email_changes
from accounts import views as own_account
from accounts.forms import PasswordResetRequestForm
from api.errors import problem_below_api
from embassy import seo, views, well_known
from news import previews
from richtext import media
from search import feeds
from search.views import search_page

urlpatterns = [
    path("", views.home, name="home"),
    path("contents/", views.contents, name="contents"),
    path("messages/", include("news.urls")),
    path("search/", search_page, name="search"),
    path("search/feed/", feeds.search_atom_feed, name="search_feed"),
    path("search/feed.json", feeds.search_json_feed, name="search_feed_json"),
    path("preview/<token>/", previews.preview_page, name="preview"),
    path("preview/<token>/<path:name>", previews.preview_file, name="preview_file"),
    path("counters/", include("counters.urls")),
    path("api/", include("api.urls")),
    path("", include("consular.urls")),
    path("robots.txt", seo.robots_txt, name="robots"),
    path(".well-known/security.txt", well_known.security_txt, name="security"),
    path("sitemap.xml", seo.sitemap_index, name="sitemap"),
    path("sitemap/pages.xml", seo.sitemap_pages, name="sitemap_pages"),
    path("sitemap/news.xml", seo.sitemap_news, name="sitemap_news"),
    path("sitemap/<slug:name>.xml", seo.sitemap_part, name="sitemap_part"),
    path("opensearch.xml", well_known.opensearch, name="opensearch"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("media/<path:name>", media.media_view, name="media"),
    path("", include("richtext.urls")),
    path(
        "admin/password-reset/",
        auth.PasswordResetView.as_view(form_class=PasswordResetRequestForm),
        name="admin_password_reset",
    ),
    path("admin/password-reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("admin/reset/email/change/<token>/", email_changes.email_change_view, name="email_change"),
    path("admin/reset/<uidb64>/<token>/", own_account.PasswordChoiceView.as_view(), name="password_reset_confirm"),
    path("admin/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("admin/", admin.site.urls),
    path("", include("pages.urls")),  # last, because a page can have any unused path
]

handler400 = problem_below_api(views.bad_request)
handler403 = views.forbidden
handler404 = problem_below_api(views.not_found)
handler500 = problem_below_api(views.server_error)

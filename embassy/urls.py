"""URL configuration of the project."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from embassy import email_changes, machines, media, own_account, views, well_known
from embassy.account_forms import LostPasswordForm
from embassy.api.errors import or_problem
from news import previews
from news.search import following
from news.search.views import search

urlpatterns = [
    path("", views.home, name="home"),
    path("messages/", include("news.urls")),
    path("search/", search, name="search"),
    path("search/feed/", following.atom, name="search_feed"),
    path("search/feed.json", following.json_feed, name="search_feed_json"),
    path("preview/<token>/", previews.preview, name="preview"),
    path("preview/<token>/<path:name>", previews.preview_file, name="preview_file"),
    path("counters/", include("counters.urls")),
    path("api/", include("embassy.api.urls")),
    path("", include("consular.urls")),
    path("robots.txt", machines.robots, name="robots"),
    path(".well-known/security.txt", well_known.security, name="security"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap/pages.xml", machines.sitemap_pages, name="sitemap_pages"),
    path("sitemap/news.xml", machines.sitemap_news, name="sitemap_news"),
    path("sitemap/<slug:name>.xml", machines.sitemap_part, name="sitemap_part"),
    path("opensearch.xml", well_known.opensearch, name="opensearch"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("media/<path:name>", media.media, name="media"),
    path("", include("richtext.urls")),
    path(
        "admin/password-reset/",
        auth.PasswordResetView.as_view(form_class=LostPasswordForm),
        name="admin_password_reset",
    ),
    path("admin/password-reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("admin/reset/email/change/<token>/", email_changes.email_change, name="email_change"),
    path("admin/reset/<uidb64>/<token>/", own_account.ChoosePassword.as_view(), name="password_reset_confirm"),
    path("admin/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("admin/", admin.site.urls),
    path("", include("pages.urls")),  # last, because a page can have any unused path
]

handler400 = or_problem(views.bad_request)
handler403 = views.forbidden
handler404 = or_problem(views.not_found)
handler500 = or_problem(views.server_error)

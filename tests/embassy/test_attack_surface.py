"""Attacks from outside and their responses. docs/operators/security.md lists them and the tests in other files."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from embassy.security_headers import DISABLED_FEATURES
from tests.environment import VALUES
from tests.factories import a_counter, a_message, a_topic
from tests.helpers import public_pages
from tests.helpers.files import a_pictured_message
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("clock")]

PRODUCTION = {
    "DEBUG": "off",
    "SITE_URL": "https://embassy.example.org",
    "SECRET_KEY": "a-key-for-the-tests-only-and-long-enough-for-a-real-one-0123456789",
    "ENQUIRY_KEYS": Fernet.generate_key().decode(),
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "TRUSTED_PROXY_COUNT": "1",
    "BACKUP_RECIPIENT": "age18fklygel74skhqlxy2fulqmxt9vml8yk8t345ny42cc4r5r9acps8fvgt6",
    "STAFF_REQUIRE_TOTP": "",
}


def in_production(*command, **environment):
    """Run a command of manage.py as in production; return its exit status and output."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=root,
        env=VALUES | PRODUCTION | environment | {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


# Headers


def test_every_kind_of_response_has_the_security_headers(client):
    for name, path in public_pages.fill_site().items():
        response = client.get(path)
        said = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        assert response["Referrer-Policy"] in ("strict-origin-when-cross-origin", "strict-origin", "same-origin"), name
        assert {header: response.get(header) for header in said} == said, name
        assert all(f"{feature}=()" in response["Permissions-Policy"] for feature in DISABLED_FEATURES), name


@pytest.mark.parametrize("path", ["/", "/nothing/", "/contact/", "/counters/fire/", "/search/?q=a"])
def test_no_page_allows_anything_inline(client, path):
    a_counter(slug="fire")
    policy = client.get(path)["Content-Security-Policy"]
    assert "unsafe" not in policy and "*" not in policy and "data:" not in policy
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in policy


def test_only_the_editors_form_allows_inline_styles_and_none_inline_scripts(admin_client):
    form = admin_client.get(reverse("admin:news_message_add"))["Content-Security-Policy"]
    others = admin_client.get(reverse("admin:news_message_changelist"))["Content-Security-Policy"]
    assert "unsafe" not in others
    assert re.findall(r"[a-z-]+ [^;]*unsafe[^;]*", form) == ["style-src 'self' 'unsafe-inline'"]


def test_too_many_parameters_are_refused_with_the_security_headers(client):
    response = client.get("/contact/write/?" + "&".join("a" * 101))
    assert (response.status_code, response["X-Frame-Options"]) == (400, "DENY")
    assert "Content-Security-Policy" in response


def test_other_sites_can_embed_a_badge_but_no_private_image(client, admin_client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    a_counter(slug="fire")
    shown, hidden = a_pictured_message(), a_pictured_message(publish_at=None)
    assert client.get("/counters/fire.svg")["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get(shown.image.url)["Cross-Origin-Resource-Policy"] == "cross-origin"
    private = admin_client.get(hidden.image.url)
    assert (private.status_code, private["Cross-Origin-Resource-Policy"]) == (200, "same-origin")


# Methods and hosts


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "PATCH", "CONNECT", "PROPFIND", "TRACK", "X" * 500])
@pytest.mark.parametrize("path", ["/", "/nothing/", "/contact/", "/admin/login/", "/static/site.css", "/media/a.png"])
def test_other_methods_are_405(client, method, path):
    response = client.generic(method, path)
    assert response.status_code == 405
    assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b", "[::", ""]
)
@pytest.mark.parametrize("path", ["/", "/contact/", "/admin/login/", "/messages/feed/"])
def test_another_host_is_refused(host, path, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    response = Client(raise_request_exception=False).get(path, HTTP_HOST=host)
    assert response.status_code == 400
    assert b"evil" not in response.content


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"])
def test_request_headers_do_not_appear_in_pages(client, header):
    a_message()
    for path in ("/", "/messages/feed/", "/sitemap.xml", "/admin/password-reset/"):
        assert b"evil.example" not in client.get(path, headers={header: "evil.example"}).content


# Redirects


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)"]
)
def test_a_sign_in_redirects_to_this_site_only(client, django_user_model, to):
    django_user_model.objects.create_superuser("anna", password="for-the-tests-only")
    response = client.post(
        f"/admin/login/?next={to}", {"username": "anna", "password": "for-the-tests-only", "next": to}
    )
    assert "evil" not in response.get("Location", "") and "javascript" not in response.get("Location", "")


@pytest.mark.parametrize(
    "path", ["//evil.example/a", "//evil.example", "/\\evil.example/", "/%5Cevil.example", "/%2F/evil"]
)
def test_an_appended_slash_does_not_redirect_to_another_host(client, path):
    to = client.get(path).get("Location", "")
    assert not re.match(r"(https?:)?[/\\]{2}(?!testserver/)", to), to


# Paths

UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c", "....//", "%252e%252e/", "..%c0%af", "%00../"]


@pytest.mark.parametrize("up", UP)
def test_no_path_leaves_the_media_folder(client, admin_client, up, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "a" / "b" / "media"
    (tmp_path / "secret.txt").write_text("sentinel")
    asked = [(client, f"{root}{up * 3}secret.txt") for root in ("/media/", "/static/", "/messages/", "/sitemap/", "/")]
    asked += [(client, f"/media/{up * 8}etc/passwd"), (admin_client, f"/media/{up * 3}secret.txt")]
    for visitor, path in asked:
        response = visitor.get(path)
        assert response.status_code in (301, 302, 400, 404)
        assert b"sentinel" not in response.getvalue() and b"root:" not in response.getvalue()


# Work that grows faster than the input


@pytest.mark.parametrize(
    "words",
    [
        part * (40_000 // len(part))
        for part in ("a", "-", '"', "(", " ", "<", "&#", "@.", "a@", "\u0301", "\u202e", "%")
    ],
    ids=lambda words: ascii(words[:2]),
)
def test_patterns_take_linear_time(client, words):
    """Catastrophic backtracking takes minutes where these take a fraction of a second: the bound is generous."""
    a_message()
    began = time.process_time()
    posted = {"name": words, "email": words, "phone": words, "topic": words, "question": words, "consent": words}
    assert client.post("/contact/", posted).status_code < 500
    for path in ("/search/", "/messages/", "/contact/sent/", "/admin/login/"):
        assert client.get(path, {"q": words, "before": words, "r": words, "next": words}).status_code < 500
    assert client.get(f"/messages/{words[:4000]}/").status_code < 500
    assert time.process_time() - began < 6


def test_a_body_over_the_limit_is_refused_before_it_is_read_as_a_form(client):
    response = client.post("/contact/", {"question": "x" * (site_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert response.status_code in (400, 413)


def test_a_form_of_very_many_fields_is_refused(client):
    assert client.post("/contact/", {f"field{number}": "" for number in range(2000)}).status_code == 400


def test_a_form_of_very_many_files_is_refused(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = {f"file{number}": SimpleUploadedFile("a.txt", b"a") for number in range(200)}
    assert client.post("/contact/", files).status_code == 400


# Cookies


@pytest.mark.parametrize("path", ["/", "/messages/", "/search/?q=a", "/counters/", "/nothing/", "/messages/feed/"])
def test_public_pages_set_no_cookie(client, path):
    assert not client.get(path).cookies


def test_cookies_are_httponly_and_samesite(client, django_user_model, settings):
    a_topic()
    django_user_model.objects.create_superuser("anna", password="for-the-tests-only")
    form = client.get("/contact/write/").cookies[settings.CSRF_COOKIE_NAME]
    login = client.post("/admin/login/", {"username": "anna", "password": "for-the-tests-only"})
    session = login.cookies[settings.SESSION_COOKIE_NAME]
    assert [(bool(cookie["httponly"]), cookie["samesite"]) for cookie in (form, session)] == [(True, "Lax")] * 2


def test_in_production_cookies_are_bound_to_this_host_and_to_tls():
    _code, said = in_production(
        "shell",
        "--no-imports",
        "--command",
        "from django.conf import settings as s\n"
        "for name in ('NAME', 'SECURE', 'PATH', 'DOMAIN'):\n"
        "    print(getattr(s, f'SESSION_COOKIE_{name}'), getattr(s, f'CSRF_COOKIE_{name}'))",
    )
    assert said.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "/", "/", "None", "None"]


# The settings


def test_check_deploy_is_silent():
    code, said = in_production("check", "--deploy", "--fail-level", "WARNING")
    assert code == 0, said
    assert "no issues" in said


# From the front, too


@pytest.mark.django_db(transaction=True)
def test_a_cached_response_has_the_security_headers():
    first, second = request_page("/messages/"), request_page("/messages/")
    assert second.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert set(first.headers) - {"X-Request-ID"} == set(second.headers)

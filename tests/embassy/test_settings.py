"""A malformed environment variable is refused with its name and an example."""

import json
import os
import re
import subprocess
import sys
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory

from accounts import checks
from embassy import env as environment
from embassy.env import env
from tests.environment import VALUES, prepare
from tests.helpers.nginx import SHIPPED

CLOCKS = [("Moscow", ZoneInfo("Europe/Moscow")), ("London", ZoneInfo("Europe/London"))]
READERS = {
    "DEBUG": lambda: environment.read_boolean("DEBUG", False),
    "RESPONSE_CACHE_MB": lambda: environment.read_integer("RESPONSE_CACHE_MB", 64, least=1),
    "MEDIA_X_ACCEL_PREFIX": lambda: environment.read_internal_path("MEDIA_X_ACCEL_PREFIX"),
    "WEBSUB_HUB": lambda: environment.read_pattern("WEBSUB_HUB", r"https?://\S+", "https://hub.example.org/"),
    "SECRET_KEY": lambda: environment.read_required("SECRET_KEY", "fifty-random-characters"),
    "SITE_URL": lambda: environment.read_origin("SITE_URL"),
    "HSTS_PRELOAD": lambda: environment.read_hsts("HSTS_INCLUDE_SUBDOMAINS", "HSTS_PRELOAD"),
    "TIME_ZONE": lambda: environment.read_time_zone("TIME_ZONE", "Europe/London"),
    "HOST_COUNTRY": lambda: environment.read_pattern("HOST_COUNTRY", environment.COUNTRY, "GB-ENG", "GB-ENG"),
    "MESSAGE_LANGUAGES": lambda: environment.read_languages("MESSAGE_LANGUAGES", "en,ru"),
    "CLOCKS": lambda: environment.read_clocks("CLOCKS", "Moscow=Europe/Moscow,London=Europe/London"),
    "TIME_SHORTCUTS": lambda: environment.read_time_shortcuts("TIME_SHORTCUTS", CLOCKS, "Europe/London"),
    "DATABASE_URL": lambda: environment.read_database("DATABASE_URL", "sqlite:///var/embassy.sqlite3"),
    "EMAIL_URL": lambda: environment.read_url("EMAIL_URL", "consolemail://", read=env.email_url),
    "CACHE_URL": lambda: environment.read_url("CACHE_URL", "locmemcache://", read=env.cache_url),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("RESPONSE_CACHE_MB", "plenty"),
        ("RESPONSE_CACHE_MB", "0"),
        ("RESPONSE_CACHE_MB", "-1"),
        ("MEDIA_X_ACCEL_PREFIX", "protected"),
        ("MEDIA_X_ACCEL_PREFIX", "/"),
        ("WEBSUB_HUB", "hub.example.org"),
        ("SECRET_KEY", " "),
        ("SITE_URL", "press.example.org"),
        ("SITE_URL", "ftp://press.example.org"),
        ("SITE_URL", "https://press.example.org/site"),
        ("SITE_URL", "https://press.example.org:0"),
        ("SITE_URL", "https://press.example.org:port"),
        ("SITE_URL", "https://somebody@press.example.org"),
        ("SITE_URL", "https://[press"),
        ("HSTS_PRELOAD", "on"),  # and not for the subdomains
        ("HSTS_PRELOAD", "perhaps"),
        ("TIME_ZONE", "Mars"),
        ("TIME_ZONE", "../etc/passwd"),
        ("HOST_COUNTRY", "England"),
        ("MESSAGE_LANGUAGES", "en,klingon"),
        ("MESSAGE_LANGUAGES", "en,zh"),
        ("MESSAGE_LANGUAGES", "ru,en"),
        ("CLOCKS", "broken"),
        ("CLOCKS", "Moscow=Mars"),
        ("CLOCKS", "Moscow=/etc/passwd"),
        ("CLOCKS", "=Europe/Moscow"),
        ("CLOCKS", "Moscow="),
        ("CLOCKS", ","),
        ("TIME_SHORTCUTS", "Someday 09:00"),
        ("TIME_SHORTCUTS", "Tomorrow"),
        ("TIME_SHORTCUTS", "Tomorrow 9"),
        ("TIME_SHORTCUTS", "Tomorrow 24:00 Moscow"),
        ("TIME_SHORTCUTS", "Tomorrow ٠٩:٠٠"),
        ("TIME_SHORTCUTS", "Tomorrow 09:00 Paris"),
        ("TIME_SHORTCUTS", ",".join(["Today 18:00"] * 9)),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mars://host/name"),
        ("DATABASE_URL", "postgres://host:port/name"),
        ("DATABASE_URL", "postgres://host"),
        ("DATABASE_URL", "mysql://host/name"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_URL", "pigeon://host"),
        ("CACHE_URL", "nonsense"),
        ("CACHE_URL", "cabinet://"),
    ],
)
def test_a_malformed_value_is_refused_with_its_name_and_an_example(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        READERS[name]()
    assert name in str(refusal.value)
    assert re.search(r"Example: |Use |To create one: |Set it |: set ", str(refusal.value))


def test_an_error_does_not_show_the_password_of_a_url(monkeypatch, recwarn):
    monkeypatch.setenv("DATABASE_URL", "mars://press:opensesame@host/name")
    with pytest.raises(ImproperlyConfigured) as refusal:
        READERS["DATABASE_URL"]()
    assert "opensesame" not in str(refusal.value)
    assert not recwarn.list


@pytest.mark.parametrize(("written", "read"), [("on", True), ("YES", True), ("0", False), ("off", False), ("", None)])
def test_booleans_have_several_spellings(monkeypatch, written, read):
    monkeypatch.setenv("DEBUG", written)
    assert environment.read_boolean("DEBUG", None) is read


def test_site_url_keeps_its_port_without_a_trailing_slash(monkeypatch):
    monkeypatch.setenv("SITE_URL", "http://127.0.0.1:8000/")
    assert environment.read_origin("SITE_URL") == "http://127.0.0.1:8000"


def test_languages_of_messages_have_names_and_are_listed_once(monkeypatch):
    monkeypatch.setenv("MESSAGE_LANGUAGES", "en, AR, zh-hans, ar")
    assert READERS["MESSAGE_LANGUAGES"]() == [("en", "English"), ("ar", "Arabic"), ("zh-hans", "Simplified Chinese")]


def test_clocks_keep_their_order(monkeypatch):
    monkeypatch.setenv("CLOCKS", "Moscow=Europe/Moscow, New York=America/New_York")
    assert [(city, zone.key) for city, zone in READERS["CLOCKS"]()] == [
        ("Moscow", "Europe/Moscow"),
        ("New York", "America/New_York"),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("today 18:00, MONDAY 9:05  moscow", ["Today 18:00", "Monday 09:05 Moscow"]),
        ("Friday 00:00 London,", ["Friday 00:00 London"]),
        ("", []),
    ],
)
def test_shortcuts_of_times_have_labels_of_one_form(monkeypatch, written, read):
    monkeypatch.setenv("TIME_SHORTCUTS", written)
    assert [shortcut.label for shortcut in READERS["TIME_SHORTCUTS"]()] == read


def test_a_shortcut_is_in_the_time_zone_of_its_city_or_of_the_host(monkeypatch):
    monkeypatch.setenv("TIME_SHORTCUTS", "Today 18:00,Tomorrow 9:00 Moscow")
    assert [tuple(each)[1:] for each in READERS["TIME_SHORTCUTS"]()] == [
        ("today", "18:00", "Europe/London"),
        ("tomorrow", "09:00", "Europe/Moscow"),
    ]


@pytest.mark.parametrize(
    ("clocks", "labels"),
    [
        (CLOCKS, ["Today 18:00", "Tomorrow 09:00 Moscow", "Monday 09:00 Moscow"]),
        (CLOCKS[1:], ["Today 18:00", "Tomorrow 09:00", "Monday 09:00"]),
    ],
)
def test_the_default_shortcuts_follow_the_clocks(monkeypatch, clocks, labels):
    monkeypatch.delenv("TIME_SHORTCUTS", raising=False)
    shortcuts = environment.read_time_shortcuts("TIME_SHORTCUTS", clocks, "Europe/London")
    assert [shortcut.label for shortcut in shortcuts] == labels


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "TIME_ZONE", "DATABASE_URL"])
def test_commands_print_the_error_without_a_traceback(name):
    wrong = {"SECRET_KEY": "", "SITE_URL": "", "TIME_ZONE": "Mars", "DATABASE_URL": "nonsense"}[name]
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=os.environ | {name: wrong},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"The settings are not right: {name} ")
    assert done.stderr.count("\n") == 1


def test_no_setting_of_the_tests_comes_from_a_developers_env_file():
    """Every name that the settings read is one that the tests set themselves."""
    read = set()
    for path in ("embassy/settings.py", "embassy/env.py"):
        text = (settings.BASE_DIR / path).read_text()
        read |= set(re.findall(r"""(?:env|environment)\.[a-z_]+\(\s*["']([A-Z_]+)["']""", text))
    prepare()
    assert len(read) > 10
    assert read <= {*VALUES, "DATABASE_URL", "MEDIA_ROOT"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "header"),
    [
        ({}, "max-age=63072000"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "on"}, "max-age=63072000; includeSubDomains"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "on", "HSTS_PRELOAD": "on"}, "max-age=63072000; includeSubDomains; preload"),
    ],
)
def test_hsts_applies_to_this_host_only_by_default(settings, written, header):
    names = ["SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
    program = f"import json; from embassy import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=os.environ | VALUES | {"SITE_URL": "https://press.example.org"} | written,
        capture_output=True,
        text=True,
    )
    for name, value in zip(names, json.loads(found.stdout), strict=True):
        setattr(settings, name, value)
    middleware = SecurityMiddleware(lambda request: HttpResponse())
    answer = middleware(RequestFactory().get("/", secure=True, HTTP_HOST="testserver"))
    assert answer["Strict-Transport-Security"] == header


@pytest.mark.slow
def test_no_cursor_stays_open_between_statements_on_postgresql_or_its_replicas():
    program = "import json; from embassy import settings; print(json.dumps(settings.DATABASES, default=str))"
    urls = {"DATABASE_URL": "postgres://db1/embassy", "REPLICA_DATABASE_URLS": "postgres://db2/embassy"}
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, env=os.environ | VALUES | urls, capture_output=True
    )
    databases = json.loads(found.stdout)
    assert len(databases) == 2
    assert all(each["DISABLE_SERVER_SIDE_CURSORS"] for each in databases.values())


def test_debug_is_refused_with_an_https_url():
    with pytest.raises(ImproperlyConfigured, match="Set DEBUG=off"):
        environment.refuse_debug_on_https(True, "https://press.example.org")
    environment.refuse_debug_on_https(True, "http://127.0.0.1:8000")
    environment.refuse_debug_on_https(False, "https://press.example.org")


def test_nginx_sends_the_same_hsts_header():
    assert 'map "" $hsts { default "max-age=63072000"; }' in (SHIPPED / "embassy.conf").read_text()


# Mail


def mailbox():
    return environment.read_mailbox(
        "DEFAULT_FROM_EMAIL", "press@example.org", name_else="Embassy of the Republic, London"
    )


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("", "Embassy of the Republic, London", "press@example.org"),
        ("news@example.org", "Embassy of the Republic, London", "news@example.org"),
        ("<news@example.org>", "Embassy of the Republic, London", "news@example.org"),
        ("Press Office <news@example.org>", "Press Office", "news@example.org"),
        ("Botschaft der Republik, München <news@example.org>", "Botschaft der Republik, München", "news@example.org"),
        ('"Botschaft der Republik, München" <news@example.org>', "Botschaft der Republik, München", "news@example.org"),
        ("Посольство, Лондон <news@example.org>", "Посольство, Лондон", "news@example.org"),
        ('The "Republic" (London) <news@example.org>', 'The "Republic" (London)', "news@example.org"),
        ("Embassy @ London <news@example.org>", "Embassy @ London", "news@example.org"),
        ("Back\\slash <news@example.org>", "Back\\slash", "news@example.org"),
    ],
)
def test_a_sender_is_quoted(monkeypatch, written, name, address):
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", written)
    message = EmailMessage("Hello", "Hello.", mailbox(), ["reader@example.org"]).message()
    arrived = message_from_bytes(message.as_bytes(), policy=policy.default)["From"].addresses
    assert [(each.display_name, each.addr_spec) for each in arrived] == [(name, address)]


@pytest.mark.parametrize(
    "written",
    [
        "press",
        "Embassy <press@example.org",
        "Embassy press@example.org>",
        "Embassy <press>",
        "Embassy <>",
        "a@example.org, b@example.org",
        "Embassy\nBcc: x@example.org <press@example.org>",
        "press@example.org <press@example.org> x",
    ],
)
def test_a_malformed_sender_is_refused(monkeypatch, written):
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", written)
    with pytest.raises(ImproperlyConfigured, match=r"DEFAULT_FROM_EMAIL .{1,200}Example: "):
        mailbox()


# Where the site is public


def started(said, **values):
    """Read the settings in a process of its own with these values, and return the output of a line."""
    return subprocess.run(
        [sys.executable, "-c", f"from embassy import settings; print({said})"],
        env=os.environ | VALUES | values,
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "said", "needed"),
    [
        ("https://press.example.org", "", "True"),
        ("https://press.example.org", "on", "True"),
        ("https://press.example.org", "off", "False"),
        ("http://127.0.0.1:8000", "", "False"),
        ("http://127.0.0.1:8000", "on", "True"),
    ],
)
def test_two_step_verification_is_required_on_https_by_default(url, said, needed):
    done = started("settings.STAFF_REQUIRE_TOTP", SITE_URL=url, STAFF_REQUIRE_TOTP=said)
    assert done.stdout.strip() == needed


@pytest.mark.slow
def test_settings_refuse_debug_on_https():
    done = started("1", SITE_URL="https://press.example.org", DEBUG="on")
    assert done.returncode != 0
    assert "DEBUG is on and SITE_URL is https" in done.stderr


def test_former_keys_keep_their_order(monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "one, two,,three")
    assert environment.read_list("SECRET_KEY_FALLBACKS") == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("https", "proxies", "needed", "ids"),
    [
        (True, 1, True, set()),
        (True, 0, True, {"accounts.W001"}),
        (True, 1, False, {"accounts.W002"}),
        (False, 0, True, set()),
    ],
)
def test_checks_warn_of_uncounted_proxies_and_missing_two_step_verification(settings, https, proxies, needed, ids):
    settings.SECURE, settings.TRUSTED_PROXY_COUNT, settings.STAFF_REQUIRE_TOTP = https, proxies, needed
    found = [check(None) for check in (checks.check_trusted_proxies, checks.check_two_factor_is_required)]
    assert {warning.id for warnings in found for warning in warnings} == ids


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_media_root_is_the_default(value):
    said = "from embassy import settings; print(settings.MEDIA_ROOT == settings.VAR_DIR / 'media')"
    found = subprocess.run(
        [sys.executable, "-c", said], env=os.environ | VALUES | {"MEDIA_ROOT": value}, capture_output=True, text=True
    )
    assert (found.stdout.strip(), found.stderr) == ("True", "")

"""Preview links: named, expiring, revocable URLs for readers without an account."""

import logging
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.signing import Signer

from monitoring.log_formatters import RedactingFormatter
from news.models import PreviewLink, previews
from news.previews import browser_family
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.files import a_body, a_small_image_file, an_attachment, an_image
from tests.helpers.form_fields import buttons_of
from tests.helpers.message_form import create_press_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def a_link(message=None, **kwargs):
    """Return a link for Reuters that is valid for an hour."""
    message = message or a_message(publish_at=None, headline="Not yet for everybody")
    given = {"name": "Reuters", "created_at": NOON, "created_by": an_officer(), "expires_at": NOON + HOUR}
    return PreviewLink.objects.create(message=message, **given | kwargs)


def an_officer():
    return get_user_model().objects.get_or_create(username="anna")[0]


def drawn_picture():
    return a_small_image_file()


def desk(message, what="preview"):
    return f"/admin/news/message/{message.pk}/{what}/"


def link_form(**kwargs):
    """Return valid data of the small form."""
    return {"name": "Reuters", "expires_at_0": "24/11/2020", "expires_at_1": "18:00"} | kwargs


# The page


def test_a_link_shows_the_message_with_name_and_expiry(client):
    link = a_link()
    page = client.get(link.get_absolute_url()).content.decode()
    assert "Not yet for everybody" in page
    assert "Preview for Reuters, until 24 November 2020, 13:37 London · 16:37 Moscow." in page
    assert "please do not publish before the embassy does" in page


def test_the_page_of_a_scheduled_message_shows_the_embargo(client):
    link = a_link(a_message(publish_at=NOON + 2 * HOUR, approved_at=NOON))
    page = client.get(link.get_absolute_url()).content.decode()
    assert "do not publish before 24 November 2020, 14:37 London · 17:37 Moscow" in page


def test_a_link_shows_the_text_as_it_is_now(client):
    link = a_link()
    link.message.headline = "Changed since"
    link.message.save()
    assert "Changed since" in client.get(link.get_absolute_url()).content.decode()


def test_a_preview_is_not_cached_indexed_or_referred(client):
    answer = client.get(a_link().get_absolute_url())
    assert {name: answer[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")} == {
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Referrer-Policy": "no-referrer",
    }
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in answer.content.decode()
    assert not answer.cookies


def test_a_link_of_a_published_message_redirects(client):
    link = a_link(a_message(publish_at=NOON + HOUR / 2, approved_at=NOON))
    with time_machine.travel(NOON + HOUR / 2, tick=False):
        answer = client.get(link.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, link.message.get_absolute_url())


OF_THE_REQUEST = {"Server-Timing", "X-Request-ID"}


def everything(answer):
    return answer.status_code, answer.content, {k: v for k, v in answer.items() if k not in OF_THE_REQUEST}


@pytest.mark.parametrize("method", ["get", "head", "post", "options", "put"])
def test_an_invalid_link_is_a_404(client, method):
    expired, revoked, other = a_link(expires_at=NOON), a_link(revoked_at=NOON), a_link()
    tokens = [
        expired.token,
        revoked.token,
        other.token[:-1] + ("A" if other.token[-1] != "A" else "B"),
        f"999{other.token[other.token.index('-') :]}",
        f"{'9' * 30}-{'a' * 43}",
        "nonsense",
    ]
    unknown = everything(getattr(client, method)("/2020/"))
    assert [everything(getattr(client, method)(f"/preview/{token}/")) == unknown for token in tokens] == [True] * 6


def test_a_link_is_valid_until_its_expiry(client, clock):
    link = a_link()
    before = client.get(link.get_absolute_url()).status_code
    clock.move_to(NOON + HOUR)
    assert (before, client.get(link.get_absolute_url()).status_code) == (200, 404)


def test_the_token_is_not_in_the_database():
    link = a_link()
    row = " ".join(str(value) for value in PreviewLink.objects.filter(pk=link.pk).values().get().values())
    assert link.token.partition("-")[2] not in row


def test_a_link_survives_a_rotation_of_the_secret_key(client, settings, monkeypatch):
    link = a_link()
    token = link.token
    fallen_back = Signer(key="new", salt="news.previews", fallback_keys=[settings.SECRET_KEY])
    monkeypatch.setattr(previews, "signer", fallen_back)
    assert client.get(f"/preview/{token}/").status_code == 200


# Files


def test_a_link_opens_the_files_of_its_message_and_no_others(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    message = a_message(publish_at=None, image=drawn_picture(), image_alt="A sunset")
    other = a_message(publish_at=None, image=drawn_picture(), image_alt="A sunrise")
    link = a_link(message)
    page = client.get(link.get_absolute_url()).content.decode()
    address = re.search(r'<img[^>]*src="(/preview/[^"]+)"', page)[1]
    shown = client.get(address)
    others = client.get(f"{link.get_absolute_url()}{other.image.name}")
    assert address.startswith(link.get_absolute_url())
    assert (shown.status_code, shown["Cache-Control"], others.status_code) == (200, "private, no-store", 404)


@pytest.mark.parametrize(
    "body",
    [
        '<p><a href="/media/{file}">the programme</a></p>',
        "<p>see href=&quot;/media/{file}&quot; there</p>",
        '<p>see href="/media/{file}" there</p>',
        '<p><img src="/media/{file}" alt="A page"></p>',
    ],
)
def test_a_text_that_names_the_file_of_another_draft_does_not_open_it(client, settings, tmp_path, body):
    settings.MEDIA_ROOT = tmp_path
    secret = an_attachment(a_message(publish_at=None)).file.name
    link = a_link(a_message(publish_at=None, body=body.format(file=secret)))
    page = client.get(link.get_absolute_url()).content.decode()
    assert f"{link.get_absolute_url()}{secret}" not in page
    assert client.get(f"{link.get_absolute_url()}{secret}").status_code == 404


def test_a_link_opens_the_attachments_and_the_renditions_of_its_own_message(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    message = a_message(publish_at=None, image=drawn_picture(), image_alt="A sunset", body=a_body(image := an_image()))
    attachment, link = an_attachment(message), a_link(message)
    page = client.get(link.get_absolute_url()).content.decode()
    for name in (attachment.file.name, image.file.name, message.image.name):
        assert f"{link.get_absolute_url()}{name}" in page
        assert client.get(f"{link.get_absolute_url()}{name}").status_code == 200
    for address in re.findall(rf"{re.escape(link.get_absolute_url())}[^ ,\"]+", page):
        assert client.get(address).status_code == 200


def test_text_that_looks_like_a_file_is_not_changed(client):
    message = a_message(publish_at=None, source_url="https://example.org/media/x.pdf", body="<p>See /media/x.pdf</p>")
    page = client.get(a_link(message).get_absolute_url()).content.decode()
    assert ('href="https://example.org/media/x.pdf"' in page, "<p>See /media/x.pdf</p>" in page) == (True, True)


# Visits


def test_a_visit_is_recorded_with_time_and_browser_family(client):
    link = a_link()
    client.get(link.get_absolute_url(), headers={"user-agent": FIREFOX})
    assert list(link.visits.values_list("at", "browser")) == [(NOON, "Firefox")]


@pytest.mark.parametrize(("method", "headers"), [("head", {}), ("get", {"sec-purpose": "prefetch;prerender"})])
def test_head_requests_and_prefetches_are_not_visits(client, method, headers):
    link = a_link()
    assert getattr(client, method)(link.get_absolute_url(), headers=headers).status_code == 200
    assert not link.visits.exists()


def test_a_reload_is_not_a_new_visit(client, clock):
    link = a_link()
    client.get(link.get_absolute_url())
    client.get(link.get_absolute_url())
    clock.move_to(NOON + HOUR / 2)
    client.get(link.get_absolute_url())
    assert link.visits.count() == 2


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        (FIREFOX, "Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1", "Safari"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "robot"),
        ("WhatsApp/2.23", "robot"),
        ("", "robot"),
        ("Lynx/2.9", "other"),
    ],
)
def test_the_browser_family_is_recognised(agent, family):
    assert browser_family(agent) == family


# In the admin


def test_a_link_is_created_in_the_admin(admin_client, client):
    draft = a_message(publish_at=None)
    made = admin_client.post(desk(draft, "preview-links"), link_form())
    link = PreviewLink.objects.get()
    page = admin_client.get(desk(draft, "change")).content.decode()
    assert (made["Location"], link.expires_at) == (f"{desk(draft, 'change')}#previews", NOON.replace(hour=18, minute=0))
    assert f'value="http://testserver{link.get_absolute_url()}"' in page


@pytest.mark.parametrize(
    ("choice", "end"),
    [
        ("hour", NOON + HOUR),
        ("today", NOON.replace(hour=23, minute=59, second=59)),
        ("days", NOON + 3 * DAY),
        ("week", NOON + 7 * DAY),
    ],
)
def test_a_choice_says_how_long_a_link_is_valid(admin_client, choice, end):
    draft = a_message(publish_at=None)
    typed = {"expires_at_0": "soon", "expires_at_1": ""}  # only counts for another time
    admin_client.post(desk(draft, "preview-links"), {"name": "Reuters", "until": choice} | typed)
    assert PreviewLink.objects.get().expires_at == end


def test_a_day_ends_in_the_time_zone_of_the_host(admin_client, clock, settings):
    clock.move_to(datetime(2020, 6, 24, 23, 30, tzinfo=UTC))  # 25 June in London
    admin_client.post(desk(a_message(publish_at=None), "preview-links"), {"name": "Reuters", "until": "today"})
    assert PreviewLink.objects.get().expires_at == datetime(2020, 6, 25, 22, 59, 59, tzinfo=UTC)


def test_another_time_counts_if_it_is_chosen(admin_client):
    admin_client.post(desk(a_message(publish_at=None), "preview-links"), link_form(until="moment"))
    assert PreviewLink.objects.get().expires_at == NOON.replace(hour=18, minute=0)


def test_three_days_are_selected_beforehand(admin_client):
    page = admin_client.get(desk(a_message(publish_at=None), "change")).content.decode()
    chosen = [tag for tag in re.findall(r'<input type="radio" name="until"[^>]*>', page) if " checked" in tag]
    assert [re.search('value="([^"]*)"', tag)[1] for tag in chosen] == ["days"]


def test_the_button_that_creates_a_link_is_the_one_that_enter_presses(admin_client):
    link = a_link()
    page = admin_client.get(desk(link.message, "change")).content.decode()
    buttons = buttons_of(page, "preview_links_form")
    assert ["data-create" in button for button in buttons] == [True, False]


def test_the_admin_lists_visits(admin_client, client):
    link = a_link()
    client.get(link.get_absolute_url(), headers={"user-agent": FIREFOX})
    page = " ".join(admin_client.get(desk(link.message, "change")).content.decode().split())
    assert ("opened once" in page, "24 November 2020, 12:37 London · 15:37 Moscow</time>, Firefox" in page) == (
        True,
        True,
    )


def test_a_link_is_revoked_in_the_admin(admin_client, client):
    link = a_link()
    admin_client.post(desk(link.message, f"preview-links/{link.pk}/revoke"))
    page = admin_client.get(desk(link.message, "change")).content.decode()
    assert (client.get(link.get_absolute_url()).status_code, link.token in page, "revoked" in page) == (
        404,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Enter who the link is for."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"expires_at_0": "", "expires_at_1": ""}, "Enter an expiry date and time"),
        ({"expires_at_1": "12:00"}, "This time is in the past"),
        ({"expires_at_0": "24/12/2021"}, "valid for 30 days at most"),
        ({"until": "for ever"}, "Select how long the link is valid."),
        ({"until": "moment", "expires_at_0": "", "expires_at_1": ""}, "Enter an expiry date and time"),
        ({"expires_at_0": "soon"}, "Enter the date as DD/MM/YYYY, for example 24/09/2027."),
    ],
)
def test_invalid_links_get_a_sentence(admin_client, wrong, sentence):
    draft = a_message(publish_at=None)
    page = admin_client.post(desk(draft, "preview-links"), link_form(**wrong)).content.decode()
    assert (sentence in page, PreviewLink.objects.exists()) == (True, False)


def test_public_messages_get_no_link(admin_client):
    message = a_message()
    answer = admin_client.post(desk(message, "preview-links"), link_form(), follow=True).content.decode()
    assert ("it needs no preview link" in answer, "Create link" in answer, PreviewLink.objects.exists()) == (
        True,
        False,
        False,
    )


def test_links_need_change_permission(client):
    link = a_link(a_message(publish_at=NOON + DAY, approved_at=NOON))
    reader = create_press_officer()
    reader.user_permissions.remove(*reader.user_permissions.exclude(codename="view_message"))
    client.force_login(reader)
    assert client.post(desk(link.message, "preview-links"), link_form()).status_code == 403
    assert client.post(desk(link.message, f"preview-links/{link.pk}/revoke")).status_code == 403
    assert link.token not in client.get(desk(link.message, "change")).content.decode()


def test_revoking_needs_a_post_request(admin_client):
    link = a_link()
    assert admin_client.get(desk(link.message, f"preview-links/{link.pk}/revoke")).status_code == 405


def test_a_link_of_another_message_is_not_found(admin_client):
    link, other = a_link(), a_message(publish_at=None)
    assert admin_client.post(desk(other, f"preview-links/{link.pk}/revoke")).status_code == 404


# The log


def test_the_log_never_contains_a_token(client, caplog):
    link = a_link(revoked_at=NOON)
    client.get(link.get_absolute_url())
    lines = [RedactingFormatter("{message}", style="{").format(record) for record in caplog.records]
    assert lines == ["Not Found: /preview/…"]


def test_console_logging_is_redacted():
    handlers = logging.getLogger().handlers
    assert any(isinstance(handler.formatter, RedactingFormatter) for handler in handlers)

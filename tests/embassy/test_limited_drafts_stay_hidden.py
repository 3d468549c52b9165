"""Limited drafts stay hidden on the desk: no page, list, search, file or e-mail of others has a word or a number."""

import re
from html import unescape
from itertools import cycle
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import roles
from news.models import Attachment, Category, EditingSession, Message, PreviewLink
from outbox.delivery import send_due
from redirects.models import Redirect
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message
from tests.helpers.accounts import a_member
from tests.helpers.files import a_small_image_file
from tests.helpers.message_form import filled_form
from tests.helpers.routes import admin_view_paths

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]

LIST = "/admin/news/message/"
NUMBERS = {"draft": 17391, "submitted": 17392, "scheduled": 17393}
MISSING = 17999
PLACES = ["headline", "lead", "body", "slug", "source", "alt", "file", "reason", "link", "category"]


def word(state, place):
    """Return a unique word for one field of one draft."""
    return f"canary{state}{place}"


@pytest.fixture
def desk(settings, tmp_path):
    """Three limited drafts by Anna that Boris may see, a public message, and Carol with every role of the desk."""
    settings.MEDIA_ROOT = tmp_path
    all_roles = (roles.EDITORS, roles.MANAGERS, roles.CONSULAR)
    people = {
        "anna": a_member(roles.WRITERS, username="anna"),
        "boris": a_member(roles.EDITORS, username="boris"),
        "carol": a_member(*all_roles, username="carol"),
        "dora": get_user_model().objects.create_superuser("dora", "dora@example.org", "a long password"),
    }
    a_message(headline="Public", category=a_category("speeches"))
    drafts = {state: limited_draft(state, people, tmp_path) for state in NUMBERS}
    drafts["submitted"].submit(at=NOON, by=people["anna"])
    drafts["scheduled"].approve(at=NOON)
    a_counter(slug="fire", message=drafts["draft"])
    return people | drafts


def limited_draft(state, people, media):
    message = Message.objects.create(
        pk=NUMBERS[state],
        headline=f"{word(state, 'headline')} speaks",
        lead=word(state, "lead"),
        body=f"<p>{word(state, 'body')}</p>",
        slug=word(state, "slug"),
        source_name=word(state, "source"),
        image=a_small_image_file(),
        image_alt=word(state, "alt"),
        category=a_category("speeches"),
        featured=True,
        publish_at=NOON + HOUR if state == "scheduled" else None,
    )
    message.limit_to([people["anna"], people["boris"]])
    message._history_user = people["anna"]
    message.headline += " again"
    message.save()
    file = f"attachments/{word(state, 'file')}.pdf"
    Attachment.objects.create(message=message, name=word(state, "file"), file=file, size=9)
    (media / "attachments").mkdir(exist_ok=True)
    (media / file).write_bytes(b"%PDF-1.4 " + word(state, "body").encode())
    EditingSession.objects.ping(message, people["anna"], NOON)
    PreviewLink.objects.create(
        message=message, name=word(state, "link"), created_at=NOON, created_by=people["anna"], expires_at=NOON + HOUR
    )
    return message


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def files(desk):
    """Return the URLs of the drafts' files."""
    for state in NUMBERS:
        yield f"/media/{desk[state].image.name}"
        yield f"/media/attachments/{word(state, 'file')}.pdf"


# What is heard


def text_of(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{sorted(answer.headers.items())} {body.decode('utf-8', 'replace')}"


def heard_in(answer, asked):
    """Return the words and numbers of the drafts in a response, apart from those in the request."""
    text = text_of(answer)
    words = set(re.findall(r"canary[a-z]+", text.lower())) | (
        set(re.findall(r"(?<![0-9A-Za-z])1739[123](?![0-9A-Za-z])", text))
    )
    return {each for each in words if each not in unquote(asked).lower()}


def crawl(client, start):
    """Yield the path and the response of pages of the desk: those of `start`, and those that they link to."""
    linked = set()
    for path in start:
        answer = client.get(path)
        yield path, answer
        page = "" if answer.streaming else answer.content.decode("utf-8", "replace")
        for link in [*re.findall(r'(?:href|src|action)="([^"]*)"', page), answer.headers.get("Location", "")]:
            parts = urlsplit(urljoin(path, unescape(link)))
            is_desk = parts.netloc in ("", "testserver") and parts.path.startswith(("/admin/", "/media/"))
            # Each filter and order by itself: with each other they are lists of a part of the same rows.
            if is_desk and "logout" not in parts.path and "next=" not in parts.query and "&" not in parts.query:
                linked.add(parts.path + (f"?{parts.query}" if parts.query else ""))
    for path in sorted(linked - set(start)):
        yield path, client.get(path)


QUERIES = [f"?state={state.value}" for state in Message.State] + ["?author=me", "?published=week", "?featured=yes"]
QUERIES += ["?year=2020", "?category=1", "?q=canary", "?q=speaks", "?q=speaks&year=2020", "?p=2", "?p=3"]
QUERIES += [f"?q=/messages/2020/11/24/{word('scheduled', 'slug')}/", "?limited_to__exact=1", "?id__exact=17391"]
AUTOCOMPLETE = "/admin/autocomplete/?app_label=counters&model_name=counter&field_name=message&term="


def addresses():
    """Return the addresses of the desk: each route with the number of a draft, and of a row of another kind.

    One draft is enough here: the next tests ask for each of them at each page of a message.
    """
    routes = set().union(*admin_view_paths(type("Root", (), {"url_patterns": admin.site.get_urls()}), numbers=[1]))
    paths = {f"/admin/{route}" for route in routes if "logout" not in route}
    paths |= {path.replace("/message/1/", f"/message/{NUMBERS['scheduled']}/") for path in paths}
    types = [f"r/{ContentType.objects.get_for_model(model).pk}/" for model in (Message, Attachment)]
    paths |= {f"/admin/{shown}{number}/" for shown in types for number in NUMBERS.values()}
    return sorted(paths | {"/admin/"})


def searches():
    """Return the addresses whose rows a query finds: the lists with each filter, and the choice of a message."""
    lists = [f"{LIST}{part}{query}" for part in ("", "csv/") for query in QUERIES]
    return [*lists, AUTOCOMPLETE, f"{AUTOCOMPLETE}speaks", "/admin/counters/counter/?q=fire"]


def test_no_filter_and_no_search_finds_a_draft_of_others(desk):
    client = signed_in(desk["carol"])
    assert [(path, each) for path in searches() for each in heard_in(client.get(path), path)] == []


@pytest.mark.slow
@pytest.mark.one_database
def test_no_page_of_the_desk_has_a_word_or_the_number_of_a_draft_of_others(desk):
    heard, count = [], 0
    for path, answer in crawl(signed_in(desk["carol"]), [*addresses(), *files(desk), LIST + "?q=speaks"]):
        heard += [(path, each) for each in heard_in(answer, path)]
        count += 1
    assert heard == []
    assert count > 250


@pytest.mark.one_database
def test_the_people_named_and_superusers_see_the_drafts(desk):
    for name in ("anna", "boris", "dora"):
        client = signed_in(desk[name])
        heard = set().union(*(heard_in(client.get(path), "") for path in (LIST, f"{LIST}csv/")))
        assert {word(state, place) for state in NUMBERS for place in ("headline", "lead")} <= heard, name
        assert {client.get(f"{LIST}{number}/change/").status_code for number in NUMBERS.values()} == {200}
        assert {client.get(path).status_code for path in files(desk)} == {200}


@pytest.mark.one_database
def test_files_of_hidden_drafts_look_like_missing_ones(desk):
    client = signed_in(desk["carol"])
    missing = client.get("/media/attachments/never-was.pdf")
    assert {(client.get(path).status_code, client.get(path).content) for path in files(desk)} == {
        (404, missing.content)
    }


# The same answer for a hidden draft and for none

PAGES = ["change/", "delete/", "history/", "history/compare/?a=1", "preview/", "preview-links/", "presence/", "checks/"]
PAGES += ["changed-words/", "remarks/", "history/1/restore/", "preview-links/1/revoke/", ""]
STEPS = ["approve", "send_back", "withdraw", "restore"]


def described(client, method, path, number, **data):
    """Return a response and the messages for the page that follows it, without the number, tokens and nonces."""
    answer = getattr(client, method)(path.format(number), data)
    client.cookies.pop("messages", None)  # they would be on the next page
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    pages = [(answer.status_code, answer.headers.get("Location", "")), text_of(answer), said]
    tokens = r"[A-Za-z0-9]{64}|[A-Za-z0-9]{22}|[0-9a-f]{16}"  # of forms and of requests
    return re.sub(rf"\b(?:{number}|{tokens})\b|csrftoken=\S+|sessionid=\S+|messages=\S+", "*", str(pages))


@pytest.mark.one_database
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_hidden_draft_looks_like_a_missing_one(desk, method):
    client = signed_in(desk["carol"])
    numbers = cycle(NUMBERS.values())  # no page asks for the state first
    asked = [(f"{LIST}{{}}/{page}", [next(numbers)]) for page in PAGES]
    asked += [(f"{LIST}{step}/?ids={{}}", NUMBERS.values()) for step in STEPS]
    for path, drafts in asked:
        missing = described(client, method, path, MISSING)
        for number in drafts:
            assert described(client, method, path, number) == missing, path


@pytest.mark.one_database
def test_nothing_that_others_send_changes_a_hidden_draft(desk):
    client = signed_in(desk["carol"])
    before = list(Message.objects.order_by("pk").values())
    numbers = list(NUMBERS.values())
    for action in ("submit_selected", "approve_selected", "withdraw_selected", "save_as_table"):
        answer = client.post(LIST, {"action": action, "_selected_action": numbers}, follow=True)
        assert heard_in(answer, "") == set()
    for number in numbers:
        for step in STEPS:
            client.post(f"{LIST}{step}/?ids={number}", {"reason": "Because."}, follow=True)
        for page in PAGES:
            answer = client.post(f"{LIST}{number}/{page}", filled_form(_save="Save", reason="x"), follow=True)
            assert heard_in(answer, str(number)) == set()
    assert list(Message.objects.order_by("pk").values()) == before
    assert Message.objects.filter(pk__in=numbers, limited_to=desk["boris"]).count() == 3


def test_hidden_drafts_count_nowhere_in_the_list(desk):
    page = signed_in(desk["carol"]).get(LIST)
    assert page.context["cl"].result_count == 1
    assert page.context["cl"].has_older is False


# Elsewhere on the desk


@pytest.mark.one_database
def test_the_form_of_a_counter_hides_its_message_and_keeps_it(desk):
    client, counter = signed_in(desk["carol"]), a_counter(slug="flood", message=desk["scheduled"])
    path = f"/admin/counters/counter/{counter.pk}/change/"
    data = {"incident": "the flood", "since": "2018-03-04", "time_zone": counter.time_zone, "slug": "flood", "order": 0}
    data |= {"sentence_one": "{days} day since {incident}.", "sentence_many": "{days} days since {incident}."}
    assert heard_in(client.get(path), "") == set()
    answer = client.post(path, data | {"message": ""})
    assert answer.status_code == 302, answer.context["errors"]
    counter.refresh_from_db()
    assert (counter.incident, counter.message_id) == ("the flood", NUMBERS["scheduled"])
    hidden, missing = (client.post(path, data | {"message": pk}) for pk in (NUMBERS["draft"], MISSING))
    assert (hidden.status_code, missing.status_code) == (200, 200)
    assert list(hidden.context["errors"]) == list(missing.context["errors"])
    public = Message.objects.get(headline="Public")
    client.post(path, data | {"message": public.pk})
    counter.refresh_from_db()
    assert counter.message_id == public.pk


@pytest.mark.one_database
def test_deleting_a_category_names_no_message(desk):
    client, category = signed_in(desk["carol"]), Category.objects.get(slug="speeches")
    page = client.get(f"/admin/news/category/{category.pk}/delete/")
    assert "Move them to another category first." in page.content.decode()
    assert heard_in(page, "") == set()
    chosen = {"action": "delete_selected", "_selected_action": [category.pk]}
    assert heard_in(client.post("/admin/news/category/", chosen), "") == set()
    client.post(f"/admin/news/category/{category.pk}/delete/", {"post": "yes"})
    assert Category.objects.filter(pk=category.pk).exists()


@pytest.mark.one_database
def test_the_warning_about_a_former_address_does_not_name_a_hidden_draft(desk):
    Redirect.add("/messages/2020/11/25/a-new-statement/", message=desk["draft"])
    form = filled_form(publish_at_0="2020-11-25", publish_at_1="12:00:00", _save="Save")
    answer = signed_in(desk["carol"]).post(f"{LIST}add/", form, follow=True)
    assert "used to redirect to another page" in answer.content.decode()
    assert heard_in(answer, "") == set()


# E-mails and the moment of publication


def letters():
    send_due(timezone.now)
    return {address: letter.body for letter in mail.outbox for address in letter.to}


def test_emails_go_only_to_people_who_may_see_the_draft(desk):
    signed_in(desk["anna"]).post(LIST, {"action": "submit_selected", "_selected_action": [NUMBERS["draft"]]})
    assert list(letters()) == ["boris@example.org"]


def test_an_email_that_waits_is_not_sent_to_somebody_who_may_no_longer_see_the_draft(desk):
    signed_in(desk["anna"]).post(LIST, {"action": "submit_selected", "_selected_action": [NUMBERS["draft"]]})
    desk["draft"].limit_to([desk["anna"]])
    assert letters() == {}


@pytest.mark.one_database
def test_once_public_everybody_sees_it(desk, clock):
    client = signed_in(desk["carol"])
    assert client.get(f"{LIST}{NUMBERS['scheduled']}/change/").status_code == 302
    clock.move_to(NOON + DAY)
    client = signed_in(desk["carol"])
    page = client.get(f"{LIST}{NUMBERS['scheduled']}/change/")
    assert page.status_code == 200
    assert "Who can see this draft" not in page.content.decode()
    assert heard_in(client.get(LIST), "") >= {word("scheduled", "headline")}

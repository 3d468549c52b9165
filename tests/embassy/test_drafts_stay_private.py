"""Unpublished content never leaks: no page, header, feed, error or file of the site contains a word of it."""

import re
from html import unescape
from itertools import cycle, product
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.urls import get_resolver

from embassy.not_found import address_words
from news.models import Attachment, PreviewLink
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message, a_notice, a_page, a_topic, an_office
from tests.helpers.files import a_small_image_file
from tests.helpers.revisions import a_revision
from tests.helpers.routes import route_patterns
from tests.helpers.wsgi import empty_caches, request_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("clock")]

STATES = ["draft", "submitted", "scheduled", "embargoed", "revision"]
METHODS = ["HEAD", "OPTIONS", "POST"]  # apart from GET
ALL_METHODS = ["GET", *METHODS, "PUT", "DELETE"]
PLACES = ["headline", "lead", "body", "slug", "source", "alt", "link", "file"]


def word(state, place):
    """Return a unique word for one field of one message."""
    return f"canary{state}{place}"


REWRITTEN = ["drafted", "recalled"]  # texts that were replaced before they became public, or public again
TEXTS = ["headline", "lead", "body"]
CANARIES = [word(state, place) for state in STATES for place in PLACES]
CANARIES += [word(state, place) for state in REWRITTEN for place in TEXTS]


def rewrite(message, words=""):
    """Replace the texts of a message by public ones with these words."""
    for place in TEXTS:
        setattr(message, place, f"<p>Public {words}.</p>" if place == "body" else f"Public {words}")


def a_rewritten_message(state, category):
    """Return a public message with canaries in earlier texts that nobody may read, and with corrections."""
    texts = {place: f"<p>{word(state, place)}</p>" if place == "body" else word(state, place) for place in TEXTS}
    published = {"publish_at": None} if state == "drafted" else {}
    message = a_message(**texts, **published, slug=state, category=category)
    if state == "drafted":
        message.publish_at = NOON - DAY
        rewrite(message)
        message.save()
        message.approve(at=NOON - DAY)
    else:
        message.withdraw("It named a person.", at=NOON - HOUR)
        rewrite(message)
        message.publish_correction("The name was removed.", at=NOON - HOUR)
        message.restore(at=NOON - HOUR)
    for words in ("once", "twice"):
        rewrite(message, words)
        message.publish_correction(f"Corrected {words}.", at=NOON - HOUR / 2)
    return message


@pytest.fixture
def aviary(settings, tmp_path):
    """A site with public rows of each kind, and a canary in each state that is not public."""
    settings.MEDIA_ROOT = tmp_path
    officer = get_user_model().objects.create_user("anna")
    an_office(), a_topic(), a_notice(), a_counter(slug="fire"), a_page(path="about", place="footer")
    speeches = a_category("speeches")
    public = a_message(headline="Public", image=a_small_image_file(), image_alt="A picture", category=speeches)
    a_message(headline="Withdrawn", publish_at=NOON - 2 * DAY).withdraw("Wrong.", at=NOON - DAY, by=officer)
    for state in REWRITTEN:
        a_rewritten_message(state, speeches)
    birds = {}
    for state in STATES:
        text = {
            "headline": f"{word(state, 'headline')} speaks",
            "lead": word(state, "lead"),
            "body": f'<p>{word(state, "body")} <a href="https://example.org/{word(state, "link")}">there</a></p>',
            "slug": word(state, "slug"),
            "source_name": word(state, "source"),
            "image": a_small_image_file(),
            "image_alt": word(state, "alt"),
            "category": speeches,
            "featured": True,
        }
        if state == "revision":
            text |= {"change_kind": "correction", "change_note": "Wrong.", "effective_at": NOON + 40 * DAY}
            birds[state] = a_revision(public, **text)
        else:
            ahead = state in ("scheduled", "embargoed")
            when = {"publish_at": NOON + 40 * DAY, "approved_at": NOON} if ahead else {"publish_at": None}
            birds[state] = a_message(**text, **when)
        file = f"{word(state, 'file')}.pdf"
        Attachment.objects.create(message=birds[state], name=word(state, "file"), file=f"attachments/{file}", size=9)
        (tmp_path / "attachments").mkdir(exist_ok=True)
        (tmp_path / "attachments" / file).write_bytes(b"%PDF-1.4 " + word(state, "body").encode())
    birds["submitted"].submit(at=NOON, by=officer)
    birds["revision"].approve(at=NOON)
    birds["link"] = PreviewLink.objects.create(
        message=birds["embargoed"], name="Reuters", created_at=NOON, created_by=officer, expires_at=NOON + HOUR
    )
    return birds


def files(birds):
    """Return the names of the canaries' files in the storage."""
    for state in STATES:
        yield birds[state].image.name
        yield f"attachments/{word(state, 'file')}.pdf"


# All URLs


# The days of the public messages and of the scheduled ones, and one without any.
DATES = [{"year": [year], "month": [month], "day": [day]} for year, month, day in [
    (2020, 11, 23), (2020, 11, 24), (2021, 1, 3), (1999, 12, 3)]]  # fmt: skip
EARLIER_TEXTS = [1, 2, 3]  # below the URL of a message


def built(birds):
    """Return URLs for all patterns of the public site, with all values of their parts."""
    values = {
        "slug": [
            "speeches",
            "statements",
            "fire",
            "feed",
            "public",
            *REWRITTEN,
            *(word(state, "slug") for state in STATES),
        ],
        "path": ["about", "canary", *(word(state, "slug") for state in STATES)],
        "number": [1, 2, 3, *(birds[state].pk for state in STATES), 10**6],
        "token": ["nonsense", f"{birds['link'].pk}-{'a' * 43}", birds["link"].nonce],
        "name": list(files(birds)),
    }
    for route, _pattern in route_patterns(get_resolver().url_patterns):
        if route.startswith("admin"):
            continue
        parts = re.findall(r"<(?:\w+:)?(\w+)>", route)
        for date in DATES if "year" in parts else DATES[:1]:
            of_day = date | {"number": EARLIER_TEXTS} if "year" in parts else {}
            choices = [of_day.get(part) or values.get(part, ["x"]) for part in parts]
            for chosen in product(*choices):
                path = route
                for value in chosen:
                    shown = f"{value:02}" if isinstance(value, int) else str(value)
                    path = re.sub(r"<(?:\w+:)?\w+>", lambda _, shown=shown: quote(shown), path, count=1)
                yield "/" + path


ASKED = ["?q=canary", "?q=speaks", "?before=9999999999999999.9", "?after=0.0", "?format=json"]
ASKED += ["?full=1", "?source=canary"]
ASKING = ["/", "/messages/", "/search/", "/api/messages/"]
ERRORS = ["/%00", "/messages/?" + "a=1&" * 1500, "/messages/2020/11/22/withdrawn/", "/media/../x", "/" + "x" * 3000]


def crawl(start):
    """Yield all URLs that links lead to from `start`, each with its response."""
    seen, waiting = set(start), list(start)
    while waiting:
        path = waiting.pop()
        answer = request_page(path)
        yield path, answer
        found = re.findall(r'(?:href|src|url|action)"?[=:]\s*"([^"]*)"', answer.text if is_text(answer) else "")
        found += re.findall(r"<(?:loc|id)>([^<]*)<", answer.text if is_text(answer) else "")
        for link in [*found, answer.headers.get("Location", "")]:
            parts = urlsplit(urljoin(path, unescape(link)))
            if parts.netloc not in ("", "testserver") or parts.scheme not in ("", "http"):
                continue
            onward = parts.path + (f"?{parts.query}" if parts.query else "")
            if onward.startswith("/") and onward not in seen and not onward.startswith(("/static/", "/admin/")):
                seen.add(onward)
                waiting.append(onward)


def is_text(answer):
    return answer.headers.get("Content-Type", "").split(";")[0].endswith(("html", "xml", "json", "plain"))


def singing(answer, path):
    """Return the canaries in a response, apart from those in the request."""
    heard = (str(sorted(answer.headers.items())) + answer.body.decode("utf-8", "replace")).lower()
    return [canary for canary in CANARIES if canary in heard and canary not in unquote(path).lower()]


def all_addresses(birds):
    """Return where a crawl starts: the URLs of all patterns, searches, and requests that are refused."""
    return [*set(built(birds)), *(path + query for path in ASKING for query in ASKED), *ERRORS]


def test_no_public_response_contains_a_canary(aviary):
    heard, count = [], 0
    for path, answer in crawl(all_addresses(aviary)):
        heard += [(path, canary) for canary in singing(answer, path)]
        count += 1
    assert heard == []
    assert count > 300


@pytest.mark.thorough
def test_no_response_to_another_method_contains_a_canary(aviary):
    """Each address with one of the methods, in turn: each route has several addresses."""
    requests = list(zip(cycle(METHODS), sorted(all_addresses(aviary)), strict=False))
    heard = [(method, path) for method, path in requests if singing(request_page(path, method), path)]
    assert heard == []
    assert len(requests) > 300


def test_the_crawl_reads_earlier_texts(aviary):
    pages = {path: answer for path, answer in crawl(["/"]) if "/earlier/" in path}
    assert sorted(pages) == [
        *(f"/messages/2020/11/23/drafted/earlier/{number}/" for number in (1, 2)),
        *(f"/messages/2020/11/23/recalled/earlier/{number}/" for number in (2, 3)),
    ]
    assert all("<ins>" in answer.text for answer in pages.values())


def test_the_crawl_would_find_a_canary(aviary):
    aviary["draft"].approve(at=NOON)
    with empty_caches():
        heard = {canary for path, answer in crawl(["/"]) for canary in singing(answer, path)}
    assert {word("draft", place) for place in ("headline", "lead", "body", "slug", "source", "alt")} <= heard


# Like an unknown URL


def everything(path, method):
    """Return a response without its request id, and a 404 without the words of its address in the search box."""
    answer = request_page(path, method)
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "x-request-id"}
    words = address_words(path).encode()
    if answer.status == 404 and words:
        headers["Content-Length"] = str(int(headers["Content-Length"]) - len(words))
    return answer.status, headers, answer.body.replace(b'value="%b"' % words, b'value=""')


def unlike(unknown, addresses):
    """Return the methods and URLs whose response differs from that of an unknown URL."""
    never_was = {method: everything(unknown, method) for method in ALL_METHODS}
    asked = product(ALL_METHODS, addresses)
    return [(method, address) for method, address in asked if everything(address, method) != never_was[method]]


def test_unpublished_content_looks_like_an_unknown_url(aviary):
    addresses = [aviary[state].get_absolute_url() for state in ("scheduled", "embargoed")]
    addresses += [f"/messages/2020/11/24/{word(state, 'slug')}/" for state in STATES]
    assert unlike("/messages/2021/01/03/never-was/", addresses) == []
    assert unlike("/never-was/", [f"/{word(state, 'slug')}/" for state in STATES]) == []


def test_unpublished_content_looks_like_an_unknown_url_to_programs(aviary):
    addresses = [f"/api/messages/{aviary[state].pk}/" for state in STATES]
    assert unlike("/api/messages/1000000/", addresses) == []


def test_unpublished_files_look_like_unknown_urls(aviary):
    assert unlike("/media/pictures/never-was.jpg", [f"/media/{name}" for name in files(aviary)]) == []


def test_archive_pages_of_scheduled_messages_do_not_exist_yet(aviary, clock):
    paths = [f"/messages/{kind}{time}" for kind in ("", "speeches/") for time in ("2021/", "2021/01/", "2021/01/03/")]
    with_canaries = [(request_page(path).status, request_page(path).body) for path in paths]
    assert {status for status, _body in with_canaries} == {404}
    aviary["link"].delete()
    for state in STATES[2:]:
        aviary[state].send_back("Not at all.", at=NOON)
    with empty_caches():
        assert [(request_page(path).status, request_page(path).body) for path in paths] == with_canaries


def test_pages_are_equal_with_and_without_unpublished_content(aviary, clock):
    paths = ["/", "/messages/", "/messages/speeches/", "/messages/feed/", "/messages/feed.json", "/counters/"]
    paths += ["/api/messages/", "/api/messages/?q=speaks&full=1", "/api/messages/?year=2021", "/api/"]
    paths += ["/messages/2020/", "/messages/2020/11/", "/messages/speeches/2020/11/23/"]
    before = [request_page(path).body for path in paths]
    aviary["link"].delete()
    for state in STATES[2:]:
        aviary[state].send_back("Not at all.", at=NOON)
    with empty_caches():
        assert [request_page(path).body for path in paths] == before


def test_only_the_preview_link_shows_its_message(aviary):
    answer = request_page(aviary["link"].get_absolute_url())
    assert (word("embargoed", "body") in answer.text, word("scheduled", "body") in answer.text) == (True, False)

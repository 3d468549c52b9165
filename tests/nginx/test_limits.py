"""Rate limits, body sizes, and the access log."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest

from consular.models import Enquiry
from tests.factories import a_topic
from tests.helpers.nginx import HOST, free_port, nginx
from tests.helpers.routes import routes
from tests.helpers.waiting import wait_until
from tests.nginx.server import SITE, request_page, statuses_on_one_connection, tls_connection

# Limits


def visitor(number, network="198.51.100"):
    return {"X_Tests_Visitor": f"{network}.{number}"}


def post_until_refused(door, path, visitors):
    """Post as each visitor in turn until one is refused, and return all responses."""
    answers = []
    for each in visitors:
        answers.append(request_page(door, path, "POST", body="", **each))
        if answers[-1].status == 429:
            break
    return answers


@pytest.mark.parametrize(
    ("path", "burst", "number"), [("/contact/", 10, 101), ("/contact/write/", 10, 103), ("/admin/login/", 20, 105)]
)
def test_only_the_visitor_who_posts_too_often_gets_429(door, path, burst, number):
    busy, other = visitor(number), visitor(number + 1)  # both addresses of the form have one limit
    found = post_until_refused(door, path, [busy] * 100)
    assert {answer.status for answer in found[: burst + 1]} == {403}  # no token; but the application was reached
    assert found[-1].status == 429
    assert (found[-1].headers["retry-after"], "Wait a minute" in found[-1].text) == ("60", True)
    assert request_page(door, path, "POST", body="", **other).status == 403
    assert [request_page(door, there, **busy).status for there in (path, "/")] == [200, 200]


def queried():
    """Yield each public path with the name of a query parameter, one that it takes where there is one."""
    public = {path: view for path, view in routes() if not path.startswith("/admin/")}
    for path, view in public.items():
        yield path, (*getattr(getattr(view, "per_edition", None), "params", ()), "r")[0]
    yield from [("/nothing/here/", "q"), ("/healthz", "r"), ("/readyz", "r"), ("/admin/", "q")]
    yield "/admin/login/", "next"


def ask_together(door, paths, **headers):
    """Request all paths in parallel, and return the statuses."""
    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(lambda path: request_page(door, path, **headers).status, paths))


@pytest.mark.parametrize(("number", "path", "name"), [(number, *each) for number, each in enumerate(sorted(queried()))])
def test_requests_with_a_query_are_limited_at_every_path(lone_door, number, path, name):
    asking = visitor(number, "203.0.113")  # of their own, as the limit is by address
    answers = statuses_on_one_connection(lone_door, [f"{path}?{name}=word{number}" for number in range(40)], **asking)
    assert 0 < answers.count(429) < 40 - 10  # a burst of 20; a path that redirects counts the next request too
    assert set(answers) == {429, 502}


@pytest.mark.parametrize(("path", "origins"), [("/api/categories/", "*"), ("/messages/", None)])
def test_a_429_has_cors_headers_where_other_sites_may_read(door, path, origins):
    headers = visitor(10, f"203.1.{len(path)}")
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda number: request_page(door, f"{path}?r={number}", **headers), range(40)))
    waits = next(answer for answer in answers if answer.status == 429)
    assert (waits.headers.get("access-control-allow-origin"), waits.headers["retry-after"]) == (origins, "60")


def test_requests_without_a_query_are_not_limited(door):
    assert {request_page(door, "/messages/", **visitor(7)).status for _ in range(60)} == {200}
    assert request_page(door, "/messages/?date=2020-11-24", **visitor(7)).status != 429


@pytest.mark.parametrize(("number", "path"), [(8, "/contact/"), (9, "/contact/write/")])
def test_sixty_readers_of_the_form_may_share_one_address(door, number, path):
    assert {request_page(door, path, **visitor(number)).status for _ in range(60)} == {200}
    assert request_page(door, path, "POST", body="", **visitor(number)).status == 403


def test_endless_reading_of_the_form_is_limited_and_sending_is_not(has_nginx, tmp_path):
    # Without a node the count does not depend on its speed.
    with nginx(tmp_path / "door", nodes=[free_port()], static=tmp_path, media=tmp_path) as door:
        answers = []
        while len(answers) < 2000 and 429 not in answers:
            answers += ask_together(door, ["/contact/write/"] * 60)
        assert answers.count(502) >= 100 and 429 in answers
        assert request_page(door, "/contact/write/", "POST", body="").status == 502


def test_an_ipv6_network_of_64_bits_counts_as_one_visitor(door):
    household = [{"X_Tests_Visitor": f"2001:db8:0:7:{number:x}::{number:x}"} for number in range(1, 100)]
    assert post_until_refused(door, "/contact/write/", household)[-1].status == 429
    assert request_page(door, "/contact/write/", "POST", body="", X_Tests_Visitor="2001:db8:0:8::1").status == 403


def begin_to_send(door, stack, said, number):
    """Begin to send bodies to the press desk, leave them unfinished, and return the connections."""
    coming = [stack.enter_context(tls_connection(door)) for _ in range(number)]
    for connection in coming:
        connection.sendall(f"POST /admin/ HTTP/1.1\r\nHost: {HOST}\r\n{said}\r\n\r\n".encode())
    return coming


@pytest.fixture
def hurried_door(has_nginx, tmp_path):
    """An nginx without a node behind it, which waits three seconds for a body."""

    def hurried(text):
        return text.replace("client_body_timeout 10s;", "client_body_timeout 3s;")

    with nginx(tmp_path / "door", nodes=[free_port()], static=tmp_path, media=tmp_path, change=hurried) as door:
        yield door


@pytest.mark.parametrize("said", ["Content-Length: 70000000", "Transfer-Encoding: chunked"])
def test_few_bodies_may_be_uploaded_to_the_desk_at_the_same_time(hurried_door, said):
    with ExitStack() as stack:
        coming = begin_to_send(hurried_door, stack, said, 12)
        answers = [connection.recv(4096)[9:12] for connection in coming]  # empty where nginx has given up waiting
    assert 1 <= answers.count(b"429") <= 2


def test_an_upload_without_a_node_gets_502_and_not_413(hurried_door):
    answer = request_page(hurried_door, "/admin/", "POST", body="a" * 200_000)
    assert (answer.status, "Service unavailable" in answer.text) == (502, True)


def test_small_forms_to_the_desk_do_not_count_as_uploads(hurried_door):
    with ExitStack() as stack:
        begin_to_send(hurried_door, stack, "Content-Length: 20000", 12)
        assert request_page(hurried_door, "/admin/", "POST", body="").status == 502  # it was passed to the application


def test_a_hundred_megabytes_are_refused_by_their_content_length(door):
    found = [
        request_page(door, path, "POST", Content_Length=str(100 * 1024 * 1024))
        for path in ("/", "/contact/write/", "/admin/")
    ]
    assert [answer.status for answer in found] == [413] * 3
    assert "The upload is too large" in found[2].text


@pytest.mark.django_db(transaction=True)
def test_an_enquiry_can_be_sent_through_nginx(door):
    topic = a_topic()
    page = request_page(door, "/contact/write/", **visitor(3))
    fields = dict(re.findall(r'name="(csrfmiddlewaretoken|ticket)" value="([^"]+)"', page.text))
    cookie = page.headers["set-cookie"].partition(";")[0]
    typed = fields | {"name": "Anna Smith", "email": "anna@example.org", "question": "I have lost my passport."}
    typed |= {"phone": "", "consent": "on", "topic": str(topic.pk)}
    answer = request_page(
        door,
        "/contact/write/",
        "POST",
        body=urlencode(typed),
        Cookie=cookie,
        Referer=f"{SITE}/contact/write/",
        Content_Type="application/x-www-form-urlencoded",
        **visitor(3),
    )
    assert (answer.status, Enquiry.objects.count()) == (303, 1)
    assert cookie.startswith("__Host-csrftoken=")


# The log


def test_the_access_log_contains_no_visitor_and_no_secret_address(door):
    request_page(
        door,
        "/preview/a-secret/?q=what-they-asked",
        Referer="https://where.example/",
        User_Agent="Theirs",
        **visitor(4),
    )
    request_page(door, "/contact/enquiry/a-secret/", **visitor(4))
    written = logged(door, '"path":"/contact/enquiry/…"')
    assert '"path":"/preview/…"' in written
    written = re.sub(r'"node":"[0-9.:, ]*"', "", written)  # the application's own address
    assert not re.search(r"a-secret|198\.51\.100|127\.0\.0\.1|they-asked|where\.example|Theirs", written)


def logged(door, line):
    """Return the access log once it contains `line`: nginx writes it after it has sent the response."""
    log = door.directory / "log" / "access.log"
    return wait_until(lambda: line in (written := log.read_text()) and written, f"{line} in the log")

"""How a visitor comes in: TLS, names, methods, and files that nginx sends itself."""

import re
import ssl
import subprocess

import pytest

from tests.files import a_pictured_message
from tests.front_door.house import SITE, ask, encrypted
from tests.nginx import HOST

# Coming in


def test_the_home_page_comes_over_http_2(door):
    command = ["curl", "--silent", "--http2", "--cacert", door.directory / "tls" / "fullchain.pem"]
    command += ["--resolve", f"{HOST}:{door.https}:127.0.0.1", "--output", "/dev/null"]
    command += ["--write-out", "%{http_version} %{http_code}", f"{SITE}:{door.https}/"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "2 200"


def test_plain_http_leads_to_https(door):
    answer = ask(door, "/messages/?before=1", plain=True)
    assert (answer.status, answer.headers["location"]) == (301, f"{SITE}/messages/?before=1")


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/nothing-here/", "/admin/login/"])
def test_every_answer_demands_https_from_now_on(door, path):
    assert ask(door, path).headers["strict-transport-security"] == "max-age=63072000; includeSubDomains; preload"


@pytest.mark.parametrize(
    ("path", "who"), [("/", "same-origin"), ("/static/site.css", "cross-origin"), ("/never-was/", "same-origin")]
)
def test_every_answer_says_once_what_others_may_do_with_it(door, path, who):
    headers = ask(door, path).headers
    assert (headers["cross-origin-resource-policy"], "camera=()" in headers["permissions-policy"]) == (who, True)


def test_old_tls_is_refused(door):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        encrypted(door, old)


def test_a_name_that_is_not_ours_gets_no_handshake_and_no_page(door):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        encrypted(door, name="evil.example")
    assert [ask(door, host="evil.example", plain=plain).status for plain in (True, False)] == [421, 421]


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "OPTIONS", "CONNECT", "PROPFIND"])
def test_methods_that_nothing_here_has_are_refused(door, method):
    found = [ask(door, path, method).status for path in ("/", "/admin/", "/static/site.css")]
    assert set(found) <= {400, 405} and len(found) == 3


def test_whoever_watches_the_machine_asks_by_any_name(door):
    found = [ask(door, path, plain=True, host="10.0.0.7").status for path in ("/healthz", "/readyz")]
    assert [*found, ask(door, "/readyz").status] == [200, 200, 200]


# Files


def its_style_sheet(door):
    return re.search(r'rel="stylesheet" href="([^"]+)"', ask(door).text)[1]


def test_files_with_a_hash_in_their_name_are_kept_for_ever(door):
    headers = ask(door, its_style_sheet(door)).headers
    assert (headers["cache-control"], headers["content-type"]) == ("max-age=315360000, public, immutable", "text/css")
    assert ask(door, "/static/site.css").headers["cache-control"] == "max-age=3600, public"


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_static_files_come_as_they_were_compressed_beforehand(door, application, accepted, coding):
    path = its_style_sheet(door)
    answer = ask(door, path, Accept_Encoding=accepted)
    assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (coding, "Accept-Encoding")
    ending = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert answer.body == (application.static / f"{path[1:]}{ending}").read_bytes()


@pytest.mark.django_db(transaction=True)
def test_a_drafts_picture_is_not_there_and_a_messages_is_sent_by_nginx(door, application, settings, an_hour_ago):
    settings.MEDIA_ROOT = application.media
    draft, shown = (a_pictured_message(publish_at=moment) for moment in (None, an_hour_ago))
    hidden, public = (ask(door, f"/media/{message.image.name}") for message in (draft, shown))
    assert (hidden.status, public.status) == (404, 200)
    assert public.body == (application.media / shown.image.name).read_bytes()
    assert (public.headers["accept-ranges"], public.headers["cache-control"]) == ("bytes", "max-age=60, public")
    assert "sandbox" in public.headers["content-security-policy"]
    assert public.headers["x-content-type-options"] == "nosniff"
    assert ask(door, f"/protected/{draft.image.name}").status == 404

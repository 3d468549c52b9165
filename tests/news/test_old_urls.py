"""Redirects from former and damaged URLs, in any spelling (HTTP 301)."""

from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from redirects.models import Redirect, find_former_owner
from redirects.old_urls import MAX_KEYS, candidate_keys, candidate_paths, canonical_key
from tests.factories import DAY, NOON, a_category, a_counter, a_message, a_page
from tests.properties import examples

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def location(client, path):
    answer = client.get(path)
    if answer.status_code == 301 and answer["Location"].partition("?")[0] == f"{path.partition('?')[0]}/":
        return location(client, answer["Location"])  # Django adds a slash wherever a page could be
    return answer["Location"] if answer.status_code == 301 else answer.status_code


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        # the order of parameters, and what trackers add to them
        ("/press.php?id=7&lang=en", "/press.php?lang=en&id=7"),
        ("/press.php?id=7&lang=en", "/press.php?id=7&lang=en&fbclid=abc"),
        ("/press.php?id=7&lang=en", "/press.php?utm_source=x&id=7&utm_medium=y&lang=en&utm_campaign=z"),
        *[("/press.php?id=7", f"/press.php?id=7&{name}=1") for name in ("gclid", "yclid", "mc_cid", "msclkid", "_ga")],
        ("/press.php?id=7", "/press.php?id=7&fbclid=a&unknown_tracker=b"),
        ("/press.php?id=7&lang=en", "/press.php?id=7;lang=en"),
        ("/press.php?id=7&lang=en", "/press.php?id=7&amp;lang=en"),
        ("/press.php?id=7", "/press.php?id=7&PHPSESSID=d41d8cd9"),
        ("/press.php?id=7&lang=", "/press.php?lang=&id=7"),
        ("/press/7", "/press/7?utm_source=x"),
        # case, slashes, index pages, session ids
        ("/Press/Statement.ASP?ID=7", "/press/statement.asp?id=7"),
        ("/press/7", "/press/7/"),
        ("/press/7/", "/press/7"),
        ("/press/7/", "/press//7/"),
        ("/press/7/", "/press/7/index.html"),
        ("/press/7/index.php", "/press/7/"),
        ("/press/index.php?id=7", "/press/?id=7"),
        ("/press/default.aspx?id=7", "/press?id=7"),
        ("/press/7.jsp", "/press/7.jsp;jsessionid=0A1B2C"),
        # encodings
        ("/пресса/1", "/%d0%bf%d1%80%d0%b5%d1%81%d1%81%d0%b0/1"),
        ("/пресса/1", "/" + quote("пресса".encode("cp1251")) + "/1"),
        ("/café/1", "/caf%E9/1"),
        ("/café/1", "/caf%C3%A9/1"),
        ("/press release.html", "/press+release.html"),
        ("/press+release.html", "/press%20release.html"),
        ("/press.php?t=a+b", "/press.php?t=a%20b"),
        ("/press%2520release.html", "/press%20release.html"),
        ("/press.php?имя=7", "/press.php?%D0%B8%D0%BC%D1%8F=7"),
        # what mail and people add
        *[
            ("/press/7.html", f"/press/7.html{quote(junk)}")
            for junk in ("), ", ".", "”", "&gt;", ">", "*", "_", '"', "»")
        ],
        ("/press.php?id=7", "/press.php?id=7)."),
        ("/press.php?id=7", "/press.php?id=7%22"),
        ("/press.php?id=7", "/press.php?id=3D7"),
        ("/wiki/Foo_(bar)", "/wiki/Foo_(bar)."),
        ("/wiki/Foo_(bar)", "/wiki/Foo_(bar))"),
        # WordPress
        ("/?p=123", "/?p=123"),
        ("/?p=123", "/?p=123&utm_source=x"),
        ("/index.php?page_id=9", "/?page_id=9"),
    ],
)
def test_a_former_url_redirects_in_any_spelling(client, stored, asked):
    message = a_message()
    Redirect.add(stored, message=message)
    assert location(client, asked).partition("?")[0] == message.get_absolute_url()


@pytest.mark.both_databases
@pytest.mark.parametrize("raw", ["/%CF%F0%E8%E2%E5%F2.html", "/%cf%f0%e8%e2%e5%f2.html"])
def test_a_former_url_in_another_encoding_redirects(client, raw):
    message = a_message()
    Redirect.add("/%CF%F0%E8%E2%E5%F2.html", message=message)
    assert location(client, raw) == message.get_absolute_url()
    assert location(client, "/" + quote("Привет.html")) == message.get_absolute_url()


@pytest.mark.parametrize("asked", ["/press.php?id=8", "/press.php", "/press.php?lang=en", "/press.php?id=77", "/press"])
def test_a_different_url_does_not_redirect(client, asked):
    Redirect.add("/press.php?id=7", message=a_message())
    assert location(client, asked) == 404


@pytest.mark.both_databases
def test_urls_that_differ_only_in_case_are_not_confused(client):
    one, two = a_message(), a_message()
    Redirect.add("/Press/A", message=one)
    Redirect.add("/press/a", message=two)
    found = [location(client, path) for path in ("/Press/A", "/press/a", "/PRESS/A")]
    assert found == [one.get_absolute_url(), two.get_absolute_url(), 404]


def test_a_former_url_of_an_unpublished_message_is_404(client):
    for number, kwargs in enumerate([{"publish_at": None}, {"publish_at": NOON + DAY, "approved_at": NOON}]):
        Redirect.add(f"/press/{number}.html", message=a_message(**kwargs))
    assert [location(client, path) for path in ("/press/0.html", "/Press/0.html).", "/press/1.html", "/press/1")] == [
        404
    ] * 4


def test_the_home_page_ignores_unknown_parameters(client):
    a_message(headline="Here it is")
    answer = client.get("/?p=5")
    assert (answer.status_code, b"Here it is" in answer.content) == (200, True)


# Addresses of this site, mangled

ADDED = [
    ")",
    ",",
    ".",
    ";",
    ":",
    ">",
    "'",
    '"',
    "”",
    "’",
    "»",
    "…",
    " ",
    "*",
    "_",
    "&gt;",
    "&quot;",
    ").",
    '.")',
    "/)",
    "=",
    "\u200b",
]
ADDED += ["](https://example.org/", "=0A", "&amp;", "%20", "\xa0", "、", "/>", "//"]


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize("encoded", [True, False])
def test_characters_appended_by_mail_programs_are_removed(client, added, encoded):
    path = a_message().get_absolute_url()
    asked = quote(added) if encoded else added.replace("\u200b", "%E2%80%8B").replace("\xa0", "%C2%A0")
    assert location(client, path + asked) == path
    assert location(client, path.rstrip("/") + asked) in (path, 200)


@pytest.mark.both_databases
def test_damaged_links_to_every_kind_of_page_redirect(client):
    a_message()
    rows = a_page(path="visas/children"), a_counter(slug="fire"), a_category()
    paths = [row.get_absolute_url() for row in rows]
    for path in [*paths, "/contact/", "/counters/", "/messages/", "/messages/2020/11/", "/messages/feed/", "/search/"]:
        assert {location(client, path.rstrip("/") + added) for added in (").", "/),", "%20")} == {path}
    assert location(client, "/robots.txt).") == "/robots.txt"


@pytest.mark.parametrize(
    "mangle",
    [
        str.upper,
        str.title,
        lambda path: path + "index.html",
        lambda path: path + "index.php",
        lambda path: path + "default.aspx",
        lambda path: path.replace("/messages/", "/messages//"),
        lambda path: path.replace("/2020/", "/2020/%0A"),
        lambda path: path.replace("/2020/", "/20=%0D%0A20/"),
        lambda path: path.replace("/2020/", "/20=20/"),
        lambda path: path + ";jsessionid=0A1B",
        lambda path: path + "%3Futm_source=x",
        lambda path: path + "%23top",
        lambda path: path + "\N{RIGHT DOUBLE QUOTATION MARK}%20and%20more",
    ],
)
def test_a_damaged_url_of_a_message_redirects(client, mangle):
    path = a_message().get_absolute_url()
    assert location(client, mangle(path)) == path


def test_a_damaged_url_of_a_withdrawn_message_redirects(client):
    message = a_message()
    message.withdraw("Wrong.", at=NOON)
    assert location(client, message.get_absolute_url() + ").") == message.get_absolute_url()


@pytest.mark.parametrize(
    "path", ["/nothing/).", "/messages/2020/11/23/none/),", "/messages/none/.", "/preview/abc).", "/admin/x)."]
)
def test_a_damaged_unknown_url_is_404(client, path):
    a_message()
    assert location(client, path) in (404, 302)


def test_a_damaged_url_of_an_unpublished_message_is_404(client):
    scheduled = a_message(publish_at=NOON + DAY, approved_at=NOON)
    hidden = a_page(shown=False)
    assert [location(client, f"{row.get_absolute_url()}).") for row in (scheduled, hidden)] == [404, 404]


def test_a_damaged_former_url_redirects_once(client):
    message = a_message()
    old = message.get_absolute_url()
    message.slug = "renamed"
    message.save()
    assert location(client, old.rstrip("/") + ").") == message.get_absolute_url()
    assert location(client, f"{old}card.png") == f"{message.get_absolute_url()}card.png"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/)",
        "/\\evil.example/.",
        "///evil.example//.",
        "/%2F%2Fevil.example)",
        "/%0D%0ASet-Cookie:%20a=b)",
        "/https://evil.example/.",
        "/%5C%5Cevil.example,",
    ],
)
def test_no_redirect_leaves_the_site(client, path):
    a_page(path="evil")
    found = location(client, path)
    assert found == 404 or (found.startswith("/") and not found.startswith(("//", "/\\")) and "\n" not in found)


@given(st.text(alphabet="/.)>“a2%=?&;*M \\", max_size=60))
@settings(max_examples=examples(150))
def test_candidates_are_few_and_exclude_the_path(text):
    path, _mark, query = f"/{text}".partition("?")
    assert len(candidate_keys(path, query)) <= MAX_KEYS
    assert len(candidate_paths(path)) <= 6 and path not in candidate_paths(path)
    assert all(found.startswith("/") and not found.startswith("//") for found in candidate_paths(path))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path",
    [
        "/" + ")" * 400,
        "/" + "%" * 400,
        "/" + "a/" * 200,
        "/" + "%25" * 150 + ").",
        "/x/?" + "&".join(f"a{n}=b" for n in range(90)),
    ],
)
def test_any_url_needs_few_queries(client, path):
    a_message()
    client.get("/messages/")
    with CaptureQueriesContext(connection) as asked:
        assert location(client, path) in (404, 400, "/")
    assert sum("redirects_redirect" in query["sql"] for query in asked) <= 1
    assert len(asked) <= 13


# Owners of a former URL


@pytest.mark.both_databases
def test_a_former_url_has_an_owner_until_it_is_reused():
    message = a_message()
    old = message.get_absolute_url()
    message.slug = "renamed"
    message.save()
    assert (find_former_owner(old), find_former_owner(old, but=message), find_former_owner("/nowhere/")) == (
        message,
        None,
        None,
    )


def test_canonicalisation_is_idempotent():
    for address in ("/Press/A?b=c&a=1", "/%CF%F0/", "/a%2520b", "/index.php", "/ÄÖ?é=ß"):
        assert canonical_key(canonical_key(address)) == canonical_key(address)


# Pages, counters, categories


def test_all_former_paths_of_a_page_redirect(client):
    page = a_page(path="ambassador")
    for path in ("the-ambassador", "people/ambassador"):
        page.path = path
        page.save()
    assert [location(client, f"/{path}/") for path in ("ambassador", "the-ambassador")] == ["/people/ambassador/"] * 2


@pytest.mark.both_databases
def test_a_page_may_return_to_its_former_path(client):
    page = a_page(path="ambassador")
    for path in ("the-ambassador", "ambassador"):
        page.path = path
        page.save()
    assert (client.get("/ambassador/").status_code, location(client, "/the-ambassador/")) == (200, "/ambassador/")


@pytest.mark.both_databases
def test_pages_below_move_too_and_redirect(client):
    page, child, grandchild = (a_page(path=path) for path in ("visas", "visas/children", "visas/children/forms"))
    other = a_page(path="visas-for-groups")
    page.path = "travel/visas"
    page.save()
    for row in (child, grandchild, other):
        row.refresh_from_db()
    assert [row.path for row in (child, grandchild, other)] == [
        "travel/visas/children",
        "travel/visas/children/forms",
        "visas-for-groups",
    ]
    assert location(client, "/visas/children/forms/") == "/travel/visas/children/forms/"
    page.path = "visas"
    page.save()
    assert client.get("/visas/children/").status_code == 200
    assert location(client, "/travel/visas/children/") == "/visas/children/"


@pytest.mark.both_databases
def test_a_page_below_stays_if_its_new_path_is_taken():
    page, child, _other = (a_page(path=path) for path in ("visas", "visas/children", "travel/children"))
    page.path = "travel"
    page.save()
    child.refresh_from_db()
    assert child.path == "visas/children"


@pytest.mark.parametrize("shown", [True, False])
def test_a_former_path_of_a_hidden_page_is_404(client, shown):
    page = a_page(path="old")
    page.path, page.shown = "new", shown
    page.save()
    assert location(client, "/old/") == ("/new/" if shown else 404)


def test_a_page_that_was_never_public_leaves_no_redirect(client):
    page = a_page(path="working-title", shown=False)
    page.path = "new"
    page.save()
    page.shown = True
    page.save()
    assert location(client, "/working-title/") == 404


@pytest.mark.both_databases
def test_a_deleted_page_leaves_no_redirects(client):
    page = a_page(path="old")
    page.path = "new"
    page.save()
    page.delete()
    assert [client.get(path).status_code for path in ("/old/", "/new/")] == [404, 404]
    a_page(path="old")
    assert client.get("/old/").status_code == 200


@pytest.mark.parametrize("kind", ["/", ".json", ".svg"])
def test_a_former_url_of_a_counter_redirects(client, kind):
    counter = a_counter(slug="fire")
    counter.slug = "the-fire"
    counter.save()
    assert location(client, f"/counters/fire{kind}") == f"/counters/the-fire{kind}"


@pytest.mark.both_databases
def test_two_rows_may_swap_urls(client):
    one, two = a_page(path="one"), a_page(path="two")
    for row, path in ((one, "between"), (two, "one"), (one, "two")):
        row.path = path
        row.save()
    assert [client.get(path).status_code for path in ("/one/", "/two/")] == [200, 200]
    assert location(client, "/between/") == "/two/"


def test_a_new_category_at_a_former_url_is_not_confused_with_the_old_one(client):
    a_message()
    category = a_category()
    category.slug = "texts"
    category.save()
    a_category("statements")
    assert location(client, "/messages/statements/2031/") == 404


# On the desk


def test_reusing_a_former_url_for_a_page_warns(admin_client):
    page = a_page(path="old", title="The first one")
    page.path = "new"
    page.save()
    form = {"title": "The second one", "path": "old", "body": "", "place": "nowhere", "order": "0", "shown": "on"}
    answer = admin_client.post("/admin/pages/page/add/", form, follow=True)
    assert "used to redirect to “The first one”" in answer.content.decode()


def test_moving_a_draft_of_a_page_reports_the_pages_below_it(admin_client):
    page, _child = a_page(path="visas", shown=False), a_page(path="visas/children")
    form = {"title": "Visas", "path": "travel", "body": "", "place": "nowhere", "order": "0"}
    answer = admin_client.post(f"/admin/pages/page/{page.pk}/change/", form, follow=True)
    assert "1 page below it was moved too." in answer.content.decode()


def test_reusing_a_former_url_for_a_message_warns(admin_client):
    message = a_message(headline="The first one")
    old = message.get_absolute_url()
    message.slug = "renamed"
    message.save()
    draft = a_message(headline="The second one", publish_at=None)
    page = admin_client.get(f"/admin/news/message/{draft.pk}/change/").context["adminform"].form
    values = {name: page[name].value() for name in page.fields if name != "image"}
    typed = {name: value for name, value in values.items() if value not in (None, False)}
    typed |= {"slug": "the-first-one", "publish_at_0": "25.11.2020", "publish_at_1": "10:00", "_continue": ""}
    typed |= {f"attachments-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    Redirect.add("/messages/2020/11/25/the-first-one/", message=message)
    answer = admin_client.post(f"/admin/news/message/{draft.pk}/change/", typed, follow=True)
    assert "used to redirect to “The first one”" in answer.content.decode(), old

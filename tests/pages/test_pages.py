"""Pages: their paths, reserved paths, and their place in the menus."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import get_resolver, reverse
from hypothesis import given
from hypothesis import strategies as st

from pages.models import Page
from pages.paths import RESERVED_SEGMENTS, normalise_path, validate_path
from tests.factories import a_page

# Paths


@pytest.mark.parametrize("path", ["about", "visas/children", "covid-19", "a/b/c"])
def test_lower_case_path_is_valid(path):
    validate_path(path)


@pytest.mark.parametrize("path", ["About", "a b", "a//b", "-a", "a-", "/a", "a/", "о-нас", "a_b", "a.b", "a\n", ""])
def test_path_of_another_form_is_invalid(path):
    with pytest.raises(ValidationError, match="lower-case Latin letters"):
        validate_path(path)


@pytest.mark.parametrize("path", ["messages", "contact/desk", "admin", "counters/x"])
def test_reserved_path_is_invalid(path):
    with pytest.raises(ValidationError, match=f"/{path.split('/')[0]}/ are reserved"):
        validate_path(path)


def test_first_segment_of_every_other_url_is_reserved():
    routes = [str(getattr(entry, "pattern", "")) for entry in every_route(get_resolver().url_patterns)]
    words = {route.split("/")[0].removeprefix(".").split(".")[0] for route in routes if not route.startswith("<pages")}
    assert {word for word in words if word and "<" not in word} <= RESERVED_SEGMENTS


def every_route(patterns):
    """Return the top-level patterns, those of includes without a prefix with them."""
    for entry in patterns:
        if str(entry.pattern) == "" and hasattr(entry, "url_patterns"):
            yield from every_route(entry.url_patterns)
        else:
            yield entry


@given(st.text(max_size=30))
def test_path_is_invalid_or_shows_its_page(path):
    tidy = normalise_path(path)
    try:
        validate_path(tidy)
    except ValidationError:
        return
    assert get_resolver().resolve(f"/{tidy}/").kwargs == {"path": tidy}


@pytest.mark.django_db
def test_path_is_normalised_by_clean():
    page = Page(title="About", path=" /About/ ", body="<p>Us.</p>")
    page.full_clean()
    assert page.path == "about"


@pytest.mark.django_db
def test_path_of_another_page_is_invalid():
    a_page(path="about")
    with pytest.raises(ValidationError, match="Another page already has this path"):
        Page(title="Us", path="About", body="<p>Us.</p>").full_clean()


# The page


@pytest.mark.django_db
def test_page_is_found_at_its_path(client):
    a_page(path="visas/children", title="Visas & children", body="<p>Bring <strong>both</strong> passports.</p>")
    page = client.get("/visas/children/").content.decode()
    assert "<h1>Visas &amp; children</h1>" in page and "<strong>both</strong>" in page


@pytest.mark.django_db
def test_page_has_title_description_and_canonical_url(client):
    a_page(path="visas", description="Who needs a visa, and how to get one.")
    assert 'content="Who needs a visa, and how to get one."' in client.get("/visas/").content.decode()


@pytest.mark.django_db
def test_hidden_page_is_the_same_404_as_before_it_was_written(client):
    unknown = client.get("/plans/")
    a_page(path="plans", shown=False)
    hidden = client.get("/plans/")
    assert (hidden.status_code, hidden.content) == (404, unknown.content)


@pytest.mark.django_db
def test_changed_page_is_shown_at_the_next_request(client):
    page = a_page(path="about")
    client.get("/about/")
    page.title = "All about us"
    page.save()
    assert "All about us" in client.get("/about/").content.decode()


@pytest.mark.django_db
def test_page_links_to_the_pages_below_it(client):
    a_page(path="visas")
    a_page(path="visas/children", title="For children")
    a_page(path="visas/plans", title="Not yet", shown=False)
    page = client.get("/visas/").content.decode()
    assert '<a href="/visas/children/">For children</a>' in page and "Not yet" not in page


@pytest.mark.django_db
def test_pages_are_in_their_menu_in_order():
    third, first = a_page(place="menu", order=3), a_page(place="menu", order=1)
    foot, _nowhere = a_page(place="footer"), a_page()
    a_page(place="menu", shown=False)
    assert (list(Page.objects.menu()), list(Page.objects.footer())) == ([first, third], [foot])


@pytest.mark.django_db
def test_body_is_sanitised_at_every_entry():
    page = a_page(body="<p>Hello<script>alert(1)</script></p>")
    page.refresh_from_db()
    assert page.body == "<p>Hello</p>"


# The desk


@pytest.mark.django_db
def test_page_is_created_in_the_admin_as_a_draft(admin_client):
    form = {"title": "About", "path": "about", "body": "<p>Us.</p>", "place": "menu", "order": "0"}
    assert admin_client.post(reverse("admin:pages_page_add"), form).status_code == 302
    page = Page.objects.get()
    assert (page.path, page.place, page.state, admin_client.get("/about/").status_code) == (
        "about",
        "menu",
        "draft",
        404,
    )


@pytest.mark.django_db
def test_admin_links_only_to_public_pages(admin_client):
    for page, linked in ((a_page(), True), (a_page(shown=False), False)):
        form = admin_client.get(reverse("admin:pages_page_change", args=[page.pk])).content.decode()
        assert ("viewsitelink" in form) is linked

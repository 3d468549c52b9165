"""The accessibility statement by the EU's model (Decision (EU) 2018/1523), and reminders to review pages."""

from datetime import date
from pathlib import Path

import pytest
import time_machine

from pages.models import Page
from tests.factories import NOON, a_page

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).resolve().parents[2] / "embassy" / "sample" / "pages" / "accessibility.html"
TODAY = NOON.date()


@pytest.mark.parametrize(
    "part",
    [
        "Directive (EU) 2016/2102",
        "<h2>Compliance status</h2>",
        "partially compliant",
        "EN 301 549",
        "<h2>Non-accessible content</h2>",
        "Disproportionate burden",
        "not within the scope",
        "<h2>Preparation of this statement</h2>",
        "self-assessment",
        "<h2>Feedback and contact information</h2>",
        "<h2>Enforcement procedure</h2>",
    ],
)
def test_the_sample_statement_has_every_part_of_the_model(part):
    assert part in SAMPLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("today", "reviewed_on", "is_due"),
    [
        (TODAY, TODAY, False),
        (TODAY, date(2019, 11, 24), False),
        (TODAY, date(2019, 11, 23), True),
        (date(2024, 2, 29), date(2023, 2, 28), False),
        (date(2024, 2, 29), date(2023, 2, 27), True),
        (date(2025, 2, 28), date(2024, 2, 29), False),
    ],
)
def test_a_page_is_due_for_review_when_its_last_one_is_older_than_a_year(today, reviewed_on, is_due):
    page = a_page(reviewed_on=reviewed_on)
    assert (page in Page.objects.due_for_review(today)) is is_due


def test_a_page_without_a_date_is_never_due_unless_it_is_the_statement():
    a_page(), a_page(path="accessibility/older"), a_page(path="accessibility", title="Statement")
    assert [page.title for page in Page.objects.due_for_review(TODAY)] == ["Statement"]


def test_a_hidden_page_is_not_due():
    a_page(path="accessibility", shown=False)
    assert not Page.objects.due_for_review(TODAY)


def test_the_dashboard_lists_pages_to_review(admin_client):
    with time_machine.travel(NOON, tick=False):
        without = admin_client.get("/admin/").content.decode()
        a_page(path="accessibility", title="Accessibility statement", reviewed_on=date(2019, 1, 2))
        page = admin_client.get("/admin/").content.decode()
    assert ("Pages to review" in without, "last reviewed on 2 January 2019" in page) == (False, True)


def test_a_page_shows_its_last_review(client):
    a_page(path="about", reviewed_on=date(2020, 1, 2))
    assert "2 January 2020" in client.get("/about/").content.decode()

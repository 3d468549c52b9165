"""One page of each kind of the desk: no accessibility violations in light and dark, nothing wider than the window."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from consular.models import AnswerTemplate
from news.models import Release
from tests.factories import a_category, a_counter, a_message, a_notice, a_page, a_topic, an_enquiry, an_office

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.may_complain,  # axe itself sets a style
    pytest.mark.thorough,
]

WINDOWS = {"wide": {"viewport": {"width": 1280, "height": 800}}, "phone": {"viewport": {"width": 390, "height": 844}}}
DJANGO_SELECTOR = [".selector"]  # its two lists of permissions: an icon with a name and without a role
REARRANGED = ["login/", "", "consular/", "news/message/", "consular/enquiry/", "auth/user/add/"]
SIGNED_OUT = ["login/", "password-reset/", "password-reset/sent/", "reset/done/", "reset/MQ/x-y/"]


def desk_paths():
    """Fill the site, and return one address of each kind of page."""
    officer = get_user_model().objects.get()
    enquiry = an_enquiry(at=timezone.now())
    enquiry.note("For us.", by=officer, at=timezone.now())
    template = AnswerTemplate.objects.create(name="Report", text="Dear {name},")
    release = Release.objects.create(name="Visit")
    rows = [make() for make in (a_category, a_counter, a_notice, an_office, a_topic, a_message, a_page)]
    rows += [template, release, enquiry, officer, Group.objects.first()]
    models = {f"{row._meta.app_label}/{row._meta.model_name}": row.pk for row in rows}
    lists = [f"{name}/" for name in models]
    forms = [f"{name}/{pk}/change/" for name, pk in models.items()]
    others = [
        "",
        "consular/",
        f"consular/enquiry/{enquiry.pk}/history/",
        f"consular/enquiry/{enquiry.pk}/erase/",
        "consular/enquiry/999/change/",
        f"consular/answertemplate/{template.pk}/delete/",
        "auth/user/add/",
        f"auth/user/{officer.pk}/history/",
        "accounts/securityevent/",
        "outbox/outboxemail/",
        "password_change/",
        "two-factor/",
        "two-factor/set-up/",
        "sessions/",
        "search/?q=statement",
        "news/message/999/preview/",
    ]
    return [*others, *lists, *forms]


def is_too_wide(page):
    """Return whether a page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_of_the_desk_has_violations(open_page, log_in, axe, window):
    """On a phone axe runs on the pages whose parts change places there; the other ones have to fit into the window."""
    page, found = open_page(**WINDOWS[window]), []

    def visit(paths):
        for path in paths:
            page.goto(f"/admin/{path}")
            if window == "wide" or path in REARRANGED:
                found.extend(f"{path}: {violation}" for violation in axe(page, without=DJANGO_SELECTOR))
            found.extend([f"{path}: is wider than the window"] * is_too_wide(page))

    visit(SIGNED_OUT)
    log_in(page)
    visit(desk_paths())
    assert found == []

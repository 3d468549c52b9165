"""The desk's front page and its lists: what is due, what waits for whoever asks, what went out; quick, and for each
officer their own."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counters import rounds
from embassy import roles
from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message, a_notice, an_enquiry
from tests.test_roles import a_member

pytestmark = pytest.mark.django_db

LIST = "/admin/news/message/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def front(client):
    """A function that returns the sections of the front page that somebody in these groups sees, by name."""

    def front(*names, user=None):
        client.force_login(user or a_member(*names))
        answer = client.get("/admin/")
        assert answer.status_code == 200
        return {section["name"]: section for section in answer.context["sections"]}

    return front


def submitted(by, **kwargs):
    message = a_message(publish_at=None, **kwargs)
    message.history.update(history_user=by)
    message.submit(at=NOON, by=by)
    return message


# Sections


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (roles.WRITERS, ["due", "mine", "out", "near", "notices"]),
        (roles.EDITORS, ["due", "waiting", "mine", "out", "near", "notices"]),
        (roles.CONSULAR, ["enquiries"]),
        (roles.MANAGERS, ["due", "out", "near", "notices"]),
    ],
)
def test_each_role_has_its_own_sections(front, role, names):
    assert list(front(role)) == names


def test_who_may_see_nothing_has_no_section(front):
    assert front() == {}


def test_what_is_due_today_stands_in_its_order(front):
    late = a_message(publish_at=NOON + 3 * HOUR, approved_at=NOON)
    soon = a_message(publish_at=NOON + HOUR, approved_at=NOON)
    a_message(publish_at=NOON + DAY, approved_at=NOON)
    assert front(roles.WRITERS)["due"]["rows"] == [soon, late]


def test_today_ends_at_the_hosts_midnight(front, at_noon):
    at_noon.move_to(NOON.replace(month=7))
    before = a_message(publish_at=NOON.replace(month=7, hour=22, minute=59), approved_at=NOON)
    after = a_message(publish_at=NOON.replace(month=7, hour=23, minute=0), approved_at=NOON)
    due = front(roles.WRITERS)["due"]
    assert (due["rows"], due["then"]) == ([before], after)


def test_what_is_due_shows_the_time_in_both_cities(client, front):
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    front(roles.WRITERS)
    assert "24 November 2020, 13:37 London · 16:37 Moscow" in client.get("/admin/").content.decode()


def test_what_others_have_submitted_waits_for_an_editor_and_their_own_does_not(front):
    editor, writer = a_member(roles.EDITORS), a_member(roles.WRITERS)
    theirs, _own = submitted(writer), submitted(editor)
    assert front(user=editor)["waiting"]["rows"] == [theirs]


def test_a_text_that_an_editor_has_touched_does_not_wait_for_them(front):
    editor, message = a_member(roles.EDITORS), submitted(a_member(roles.WRITERS))
    message.history.filter(pk=message.history.first().pk).update(history_user=editor, history_change_reason=None)
    assert front(user=editor)["waiting"]["rows"] == []


def test_what_was_sent_back_is_the_writers_again_with_the_reason(client, front):
    writer = a_member(roles.WRITERS)
    message = submitted(writer)
    message.send_back("The date is missing.", at=NOON, by=a_member(roles.EDITORS))
    assert front(user=writer)["mine"]["rows"] == [message]
    assert "The date is missing." in client.get("/admin/").content.decode()


def test_the_drafts_of_others_are_not_mine(front):
    draft = a_message(publish_at=None)
    draft.history.update(history_user=a_member(roles.EDITORS))
    assert front(roles.WRITERS)["mine"]["rows"] == []


def test_what_went_out_is_that_of_seven_days(front):
    out = a_message(publish_at=NOON - 6 * DAY)
    a_message(publish_at=NOON - 8 * DAY)
    a_message(publish_at=NOON - DAY).withdraw("Wrong.", at=NOON)
    assert front(roles.WRITERS)["out"]["rows"] == [out]


def test_a_long_section_is_cut_and_leads_to_the_rest(client, front):
    for _ in range(12):
        a_message(publish_at=NOON - HOUR)
    out = front(roles.WRITERS)["out"]
    assert (len(out["rows"]), out["more"]) == (10, True)
    assert client.get(out["address"]).content.decode().count('class="action-select"') == 12


def test_a_counter_near_a_round_number_is_told_before(client, front):
    counter = a_counter(since=date(2018, 3, 4))
    a_counter(since=date(2018, 5, 20))
    near = front(roles.WRITERS)["near"]["rows"]
    assert near == [(counter, rounds.Round(date(2020, 11, 28), 1000), 4)]
    assert "Saturday 28 November 2020" in client.get("/admin/").content.decode()


def test_enquiries_are_told_by_reference_and_not_by_name(client, front):
    enquiry = an_enquiry(name="Anna Secret")
    front(roles.CONSULAR)
    page = client.get("/admin/").content.decode()
    assert (enquiry.reference in page, "Anna Secret" in page) == (True, False)


def test_notices_that_show_now_stand_there(front):
    notice = a_notice()
    a_notice(starts=NOON + HOUR)
    assert front(roles.EDITORS)["notices"]["rows"] == [notice]


def test_an_empty_desk_says_so_in_words(client, front):
    front(roles.EDITORS)
    page = client.get("/admin/").content.decode()
    for words in ("Nothing more is due today.", "Nothing waits for you.", "You have no draft", "Nothing went out"):
        assert words in page


@pytest.mark.parametrize("number", [1, 30])
def test_the_front_page_costs_as_many_queries_however_much_there_is(client, front, number):
    editor, writer = a_member(roles.EDITORS), a_member(roles.WRITERS)
    for _ in range(number):
        submitted(writer)
        a_message(publish_at=NOON + HOUR, approved_at=NOON)
        a_message(publish_at=None).history.update(history_user=editor)
    front(user=editor)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/admin/")
    assert len(queries) <= 12


# Round numbers


@pytest.mark.parametrize(
    ("days", "round_number"),
    [
        (0, 100),
        (99, 100),
        (100, 100),
        (101, 200),
        (996, 1000),
        (1001, 1500),
        (4999, 5000),
        (5001, 6000),
        (12_345, 13_000),
    ],
)
def test_the_next_round_number(days, round_number):
    assert rounds.next_round(days) == round_number


@pytest.mark.parametrize(
    ("since", "today", "day"),
    [
        (date(2018, 3, 4), date(2020, 11, 24), date(2021, 3, 4)),
        (date(2018, 3, 4), date(2021, 3, 4), date(2021, 3, 4)),
        (date(2018, 3, 4), date(2018, 3, 4), date(2019, 3, 4)),
        (date(2020, 2, 29), date(2021, 2, 28), date(2021, 3, 1)),
        (date(2020, 2, 29), date(2024, 1, 1), date(2024, 2, 29)),
    ],
)
def test_the_next_whole_year(since, today, day):
    assert rounds.next_anniversary(since, today) == day


def test_a_stopped_counter_comes_to_no_round_number():
    assert rounds.coming(date(2018, 3, 4), date(2020, 11, 24), until=date(2020, 11, 27)) == []


def test_nothing_is_reckoned_beyond_the_calendar():
    assert rounds.coming(date(9999, 1, 1), date(9999, 12, 31)) == []


# Lists


@pytest.fixture
def editor(client):
    user = a_member(roles.EDITORS)
    client.force_login(user)
    return user


def listed(client, query=""):
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return [message.headline for message in answer.context["cl"].result_list]


def test_every_saved_filter_leads_to_a_list(client, editor):
    saved = client.get(LIST).context["cl"].saved()
    for _name, address, _chosen in list(saved):
        page = client.get(f"{LIST}{address}")
        assert (page.status_code, page.content.decode().count('aria-current="page"') >= 1) == (200, True)


def test_saved_filters_show_what_they_say(client, editor):
    submitted(a_member(roles.WRITERS), headline="Waits")
    a_message(publish_at=None, headline="Mine").history.update(history_user=editor)
    a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="Ahead")
    a_message(headline="Out")
    a_message(publish_at=NOON - 30 * DAY, headline="Older")
    a_message(headline="Gone").withdraw("Wrong.", at=NOON)
    shown = {str(name): listed(client, address) for name, address, _chosen in client.get(LIST).context["cl"].saved()}
    assert shown == {
        "All": ["Gone", "Older", "Out", "Ahead", "Mine", "Waits"],
        "Waiting for approval": ["Waits"],
        "Mine": ["Mine"],
        "Scheduled": ["Ahead"],
        "Published this week": ["Out"],
        "Withdrawn": ["Gone"],
    }


def test_a_list_goes_on_by_links_and_counts_nothing(client, editor):
    for number in range(120):
        a_message(headline=f"Number {number}")
    with CaptureQueriesContext(connection) as queries:
        first = client.get(LIST)
    assert not any("COUNT(" in query["sql"] for query in queries)
    pages, answer = [], first
    while True:
        pages.append([message.headline for message in answer.context["cl"].result_list])
        if not (older := answer.context["cl"].older()):
            break
        answer = client.get(f"{LIST}{older}")
    assert ([len(page) for page in pages], len(set().union(*pages))) == ([50, 50, 20], 120)
    assert answer.context["cl"].newer() == "?p=2"


def test_an_act_reaches_what_is_chosen_and_never_the_whole_archive(client, editor):
    chosen, other = a_message(publish_at=None), a_message(publish_at=None)
    page = client.get(LIST).content.decode()
    client.post(LIST, {"action": "submit_selected", "_selected_action": [chosen.pk]})
    assert list(Message.objects.submitted()) == [chosen]
    assert "select_across" not in page or "Select all" not in page.split("select_across")[1][:400]
    assert other in Message.objects.drafts()


@pytest.mark.parametrize(
    "query", ["?p=401", "?p=999999999999", "?body__icontains=x", "?approved_by__password=x", "?o=1"]
)
def test_what_would_be_slow_leads_back_to_the_list(client, editor, query):
    a_message()
    assert client.get(f"{LIST}{query}", follow=True).status_code == 200


def test_a_message_is_found_by_words_of_its_headline(client, editor):
    a_message(headline="The inspection of Salisbury")
    a_message(headline="The museum")
    assert listed(client, "?q=salisbury+inspection") == ["The inspection of Salisbury"]


def test_a_message_is_found_by_its_address(client, editor):
    message = a_message(headline="Found")
    a_message()
    assert listed(client, f"?q=https://press.example.org{message.get_absolute_url()}") == ["Found"]


@pytest.mark.parametrize("term", ["http://[", "/", "/messages/2020/02/31/x/", "a/b", "%F0%9F%98%80/", "/messages/"])
def test_no_search_breaks_the_list(client, editor, term):
    assert listed(client, f"?q={term}") == []


def test_a_search_looks_through_the_newest_or_through_a_year(client, editor, monkeypatch):
    monkeypatch.setattr("news.admin.lists.SEARCHED", 2)
    for headline in ("word one", "word two", "word three"):
        a_message(headline=headline, publish_at=NOON - 400 * DAY)
    assert listed(client, "?q=word") == ["word three", "word two"]
    assert len(listed(client, "?q=word&year=2019")) == 3


def test_a_category_filters_together_with_the_others(client, editor):
    a_message(headline="Speech", category=a_category("speeches"))
    a_message(headline="Statement")
    a_message(headline="Draft of a speech", category=a_category("speeches"), publish_at=None)
    pk = a_category("speeches").pk
    assert listed(client, f"?category={pk}&year=2020") == ["Speech"]
    assert listed(client, f"?category={pk}&state=draft") == ["Draft of a speech"]
    assert len(listed(client, f"?category={pk}")) == 2


def test_acts_on_many_are_recorded_and_own_texts_are_refused(client, editor):
    theirs, own = submitted(a_member(roles.WRITERS)), submitted(editor)
    answer = client.post(
        LIST, {"action": "approve_selected", "_selected_action": [theirs.pk, own.pk]}, follow=True
    ).content.decode()
    assert list(Message.objects.published(NOON)) == [theirs]
    assert theirs.acts.first().by == editor
    assert ("Done for 1 message." in answer, "written on this text yourself" in answer) == (True, True)


def test_a_writer_is_offered_to_submit_and_a_table(client):
    client.force_login(a_member(roles.WRITERS))
    a_message(publish_at=None)
    actions = dict(client.get(LIST).context["action_form"].fields["action"].choices)
    assert set(actions) == {"", "submit_selected", "save_as_table"}


def test_the_message_of_a_counter_is_chosen_without_counting(client):
    client.force_login(a_member(roles.MANAGERS))
    a_message(headline="The story")
    asked = {"app_label": "counters", "model_name": "counter", "field_name": "message", "term": "story"}
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/admin/autocomplete/", asked).json()
    assert [result["text"] for result in answer["results"]] == ["The story"]
    assert answer["pagination"] == {"more": False}
    assert not any("COUNT(" in query["sql"] for query in queries)

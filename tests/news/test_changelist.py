"""Changelist of messages: saved filters, paging without COUNT, limited search, bulk actions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_category, a_message, many_messages
from tests.helpers.accounts import a_member
from tests.helpers.desk import approve_from_list
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]

LIST = "/admin/news/message/"


@pytest.fixture
def front(client):
    """A function that returns the dashboard sections of a user in these groups, by name."""

    def front(*names, user=None):
        client.force_login(user or a_member(*names))
        answer = client.get("/admin/")
        assert answer.status_code == 200
        return {section["name"]: section for section in answer.context["sections"]}

    return front


def submitted(by, **kwargs):
    message = a_message(publish_at=None, **kwargs)
    write_as(by, message)
    message.submit(at=NOON, by=by)
    return message


# Lists


@pytest.fixture
def editor(client):
    user = a_member(roles.EDITORS)
    client.force_login(user)
    return user


def listed(client, query=""):
    answer = client.get(f"{LIST}{query}", follow=True)
    assert answer.status_code == 200
    return [message.headline for message in answer.context["cl"].result_list]


def test_each_saved_filter_opens_a_list(client, editor):
    saved = client.get(LIST).context["cl"].saved_filters()
    for _name, address, _chosen, _count in list(saved):
        page = client.get(f"{LIST}{address}", follow=True)
        assert (page.status_code, page.content.decode().count('aria-current="page"') >= 1) == (200, True)


def test_saved_filters_select_the_right_messages(client, editor):
    submitted(a_member(roles.WRITERS), headline="Waits")
    write_as(editor, a_message(publish_at=None, headline="Mine"))
    a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="Ahead")
    a_message(headline="Out")
    a_message(publish_at=NOON - 30 * DAY, headline="Older")
    a_message(headline="Gone").withdraw("Wrong.", at=NOON)
    tabs = list(client.get(LIST).context["cl"].saved_filters())
    shown = {str(name): listed(client, address) for name, address, _chosen, _count in tabs}
    assert shown == {
        "All": ["Mine", "Waits", "Ahead", "Gone", "Out", "Older"],
        "Awaiting approval": ["Waits"],
        "Mine": ["Mine"],
        "Drafts": ["Mine"],
        "Scheduled": ["Ahead"],
        "Published": ["Out", "Older"],
        "This week": ["Out"],
        "Withdrawn": ["Gone"],
    }
    assert {str(name): count for name, _address, _chosen, count in tabs if count} == {
        "Awaiting approval": "1",
        "Drafts": "1",
        "Scheduled": "1",
    }


def test_a_tab_counts_to_a_limit(client, editor, monkeypatch):
    monkeypatch.setattr("news.admin.changelist.MAX_COUNT", 2)
    for _number in range(4):
        a_message(publish_at=None)
    assert 'Drafts <span class="count">2+</span>' in client.get(LIST).content.decode()


def test_filters_are_kept_for_the_session_until_they_are_cleared(client, editor):
    a_message(headline="A draft", publish_at=None), a_message(headline="Out")
    client.get(f"{LIST}?state=draft&q=")
    assert client.get(LIST).headers["Location"] == f"{LIST}?state=draft"
    assert client.get(f"{LIST}?all=1", follow=True).redirect_chain[-1][0] == LIST
    assert listed(client) == ["A draft", "Out"]


def test_the_author_and_the_language_are_filters(client, editor):
    writer = a_member(roles.WRITERS)
    write_as(writer, a_message(publish_at=None, headline="Theirs"))
    a_message(headline="Le message", language="fr")
    assert listed(client, f"?author={writer.pk}") == ["Theirs"]
    assert listed(client, "?language=fr") == ["Le message"]
    assert set(listed(client, "?author=x&language=x&year=x")) == {"Theirs", "Le message"}


@pytest.mark.both_databases
def test_search_finds_words_in_published_texts_and_in_drafts(client, editor):
    a_message(headline="Out", body="<p>The convoy reached Aleppo.</p>")
    a_message(headline="Draft", body="<p>A convoy for Aleppo.</p>", publish_at=None)
    a_message(headline="Other", body="<p>Nothing.</p>")
    assert set(listed(client, "?q=aleppo+convoy")) == {"Out", "Draft"}


@pytest.mark.one_database
def test_each_action_has_a_button(client, editor):
    a_message()
    page = client.get(LIST).content.decode()
    assert 'name="action" value="approve_selected"' in page and 'name="index" value="0"' in page


@pytest.mark.one_database
def test_paging_runs_no_count_query(client, editor):
    many_messages({"headline": f"Number {number}"} for number in range(120))
    with CaptureQueriesContext(connection) as queries:
        first = client.get(LIST)
    counted = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert all("LIMIT 101" in sql or "remarks_remark" in sql for sql in counted)  # the tabs; remarks on these rows
    pages, answer = [], first
    while True:
        pages.append([message.headline for message in answer.context["cl"].result_list])
        if not (older := answer.context["cl"].older()):
            break
        answer = client.get(f"{LIST}{older}")
    assert ([len(page) for page in pages], len(set().union(*pages))) == ([50, 50, 20], 120)
    assert answer.context["cl"].newer() == "?p=2"


def test_actions_apply_to_selected_messages_only(client, editor):
    chosen, other = a_message(publish_at=None), a_message(publish_at=None)
    page = client.get(LIST).content.decode()
    client.post(LIST, {"action": "submit_selected", "_selected_action": [chosen.pk]})
    assert list(Message.objects.submitted()) == [chosen]
    assert "select_across" not in page or "Select all" not in page.split("select_across")[1][:400]
    assert other in Message.objects.drafts()


@pytest.mark.one_database
@pytest.mark.parametrize(
    "query", ["?p=401", "?p=999999999999", "?body__icontains=x", "?approved_by__password=x", "?o=1"]
)
def test_slow_lookups_redirect_to_the_list(client, editor, query):
    a_message()
    assert client.get(f"{LIST}{query}", follow=True).status_code == 200


def test_search_finds_words_in_headlines(client, editor):
    a_message(headline="The inspection of Salisbury")
    a_message(headline="The museum")
    assert listed(client, "?q=salisbury+inspection") == ["The inspection of Salisbury"]


def test_search_finds_a_url(client, editor):
    message = a_message(headline="Found")
    a_message()
    assert listed(client, f"?q=https://press.example.org{message.get_absolute_url()}") == ["Found"]


@pytest.mark.parametrize("term", ["http://[", "/", "/messages/2020/02/31/x/", "a/b", "%F0%9F%98%80/", "/messages/"])
def test_wild_searches_cause_no_error(client, editor, term):
    assert listed(client, f"?q={term}") == []


def test_search_covers_the_newest_messages_or_a_year(client, editor, monkeypatch):
    monkeypatch.setattr("news.admin.changelist.MAX_SEARCHED", 2)
    monkeypatch.setattr("news.admin.changelist.find_in_texts", lambda typed, at: [])
    for headline in ("word one", "word two", "word three"):
        a_message(headline=headline, publish_at=NOON - 400 * DAY)
    assert listed(client, "?q=word") == ["word three", "word two"]
    assert listed(client, "?q=word&year=2019") == ["word three", "word two"]
    a_message(headline="word of 2020")
    assert listed(client, "?q=word&year=2019") == ["word three", "word two"]


def test_the_category_filter_combines_with_others(client, editor):
    a_message(headline="Speech", category=a_category("speeches"))
    a_message(headline="Statement")
    a_message(headline="Draft of a speech", category=a_category("speeches"), publish_at=None)
    pk = a_category("speeches").pk
    assert listed(client, f"?category={pk}&year=2020") == ["Speech"]
    assert listed(client, f"?category={pk}&state=draft") == ["Draft of a speech"]
    assert len(listed(client, f"?category={pk}")) == 2


def test_bulk_approval_is_logged_and_refuses_own_texts(client, editor):
    theirs, own = submitted(a_member(roles.WRITERS)), submitted(editor)
    answer = approve_from_list(client, theirs, own, follow=True).content.decode()
    assert list(Message.objects.published(NOON)) == [theirs]
    assert theirs.log_entries.first().by == editor
    assert f'Approved: <a href="{LIST}{theirs.pk}/change/">{theirs.headline}</a> (published).' in answer
    assert "worked on this text" in answer


@pytest.mark.one_database
def test_writers_can_submit_and_export(client):
    client.force_login(a_member(roles.WRITERS))
    a_message(publish_at=None)
    actions = dict(client.get(LIST).context["action_form"].fields["action"].choices)
    assert set(actions) == {"", "submit_selected", "save_as_table"}


def test_selecting_a_counters_message_runs_no_count_query(client):
    client.force_login(a_member(roles.MANAGERS))
    a_message(headline="The story")
    asked = {"app_label": "counters", "model_name": "counter", "field_name": "message", "term": "story"}
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/admin/autocomplete/", asked).json()
    assert [result["text"] for result in answer["results"]] == ["The story"]
    assert answer["pagination"] == {"more": False}
    counted = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert all("LIMIT 101" in sql or "remarks_remark" in sql for sql in counted)  # the tabs; remarks on these rows

"""Messages of a day, and the pages of the archive."""

from datetime import UTC, datetime

from tests.factories import a_message


def page_text(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def message_of_day(day, month=11, **kwargs):
    return a_message(publish_at=datetime(2020, month, day, 9, tzinfo=UTC), **kwargs)

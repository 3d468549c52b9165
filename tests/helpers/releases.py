"""Releases of messages, changes and withdrawals, for tests."""

from news.models import Release
from tests.factories import HOUR, NOON, a_message
from tests.helpers.revisions import a_correction, a_public_message, a_revision, stored

MOMENT = NOON + HOUR


def a_release(*items, moment=MOMENT, name="Visit", approved=True, at=NOON):
    """Return a release with these items, each of them approved, and approved as a whole."""
    release = Release.objects.create(name=name, moment=moment)
    for item in items:
        release.add(item, at=at)
        if approved and not stored(item).accepted_at:
            stored(item).approve(at=at)
    if approved:
        release.approve(at=at)
    release.refresh_from_db()
    return release


def three_items():
    """Return a submitted message, a correction of a public one and the withdrawal of another."""
    new = a_message(headline="New", publish_at=None)
    new.submit(at=NOON)
    corrected = a_public_message()
    withdrawn = a_public_message(slug="withdrawn")
    correction = a_correction(corrected)
    withdrawal = a_revision(withdrawn, change_kind="withdrawal", change_note="It was wrong.")
    return new, correction, withdrawal


def is_public(items) -> list[bool]:
    """Return whether the public sees what each of `three_items` does."""
    new, correction, withdrawal = map(stored, items)
    return [
        new.approved_at is not None,
        "Tuesday" in stored(correction.revision_of).body,
        stored(withdrawal.revision_of).withdrawn_at is not None,
    ]

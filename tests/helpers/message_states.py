"""The states in which a message is not public."""

from tests.factories import HOUR, NOON

NOT_PUBLIC = {
    "a draft": {"publish_at": None},
    "submitted": {"publish_at": None, "submitted_at": NOON - HOUR},
    "scheduled": {"publish_at": NOON + HOUR, "approved_at": NOON - HOUR},
    "dated, not approved": {"publish_at": NOON - HOUR, "approved_at": None},
    "withdrawn": {"withdrawn_at": NOON, "withdrawn_reason": "An error"},
}

"""An officer's view of an enquiry is logged, also with a concurrent change."""

import pytest

from accounts import roles
from consular.models import Enquiry, EnquiryLogEntry, Erasure
from tests.factories import NOON, an_enquiry
from tests.helpers.accounts import a_member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a_look_leaves_a_trace():
    enquiry, officer = an_enquiry(), a_member(roles.CONSULAR)
    enquiry.record_opened(officer, NOON)
    assert [(trace.kind, trace.by) for trace in enquiry.log_entries.all()] == [(EnquiryLogEntry.Kind.OPENED, officer)]


def test_a_view_concurrent_with_the_erasure_leaves_no_log_entry():
    enquiry, officer = an_enquiry(), a_member(roles.CONSULAR)
    Enquiry.objects.get(pk=enquiry.pk).erase(Erasure.Reason.VISITOR, at=NOON)
    enquiry.record_opened(officer, NOON)
    assert not EnquiryLogEntry.objects.exists()

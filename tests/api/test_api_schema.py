"""The API matches its OpenAPI document (schemathesis)."""

import pytest
import schemathesis
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.factories import DAY, NOON, a_category, a_counter, a_message
from tests.helpers.files import a_pictured_message, an_attachment
from tests.helpers.wsgi import application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SITE = "http://testserver"
EXAMPLES = 30  # of each operation. By hand: schemathesis run http://127.0.0.1:8000/api/openapi.json --max-examples 1000


@pytest.fixture
def operations():
    """The operations of the document, on a site with objects of each kind, at a fixed time."""
    with time_machine.travel(NOON, tick=False):
        rich = a_pictured_message(delivered_on="2020-11-20", source_name="Ministry", source_url="https://example.org/")
        an_attachment(rich).message.publish_correction("The date was wrong.", at=NOON)
        for number in range(21):
            a_message(category=a_category("speeches"), publish_at=NOON - number * DAY)
        a_counter(slug="fire", message=rich)
        a_counter(slug="flood", until="2020-11-01")
        document = schemathesis.openapi.from_wsgi("/api/openapi.json", application(), base_url=SITE)
        yield [found.ok() for found in document.get_all_operations()]


def ask(operation, mode):
    """Ask as hypothesis likes; an answer that is not as the document says raises, with every check of schemathesis."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        case.call_and_validate(base_url=SITE, headers={"Accept-Encoding": "identity"})

    run()


def test_valid_requests_get_the_documented_responses(operations):
    for operation in operations:
        ask(operation, GenerationMode.POSITIVE)
    assert len(operations) == 5


def test_invalid_requests_are_refused(operations):
    asked = [operation for operation in operations if len(operation.query) or len(operation.path_parameters)]
    for operation in asked:
        ask(operation, GenerationMode.NEGATIVE)
    assert len(asked) == 3

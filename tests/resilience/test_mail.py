"""The mail server accepts connections and never responds: no visitor waits for it, and no e-mail is lost."""

import socket
import subprocess
import sys

import pytest

from tests.helpers.nginx import ROOT
from tests.resilience.database_actions import run_action
from tests.resilience.visitor_actions import open_contact_form, send_enquiry


@pytest.fixture
def silent():
    """The port of a server that never responds."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def test_a_mail_server_that_hangs_delays_no_enquiry_and_loses_no_email(serve, a_file, silent):
    node = serve(a_file, EMAIL_URL=f"smtp://127.0.0.1:{silent}")
    sender = subprocess.Popen(
        [sys.executable, "manage.py", "send_emails", "--loop"],
        cwd=ROOT,
        env=node.environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for number in range(1, 6):
            status, _, seconds = send_enquiry(
                node, open_contact_form(node, f"Question {number}: where is my passport?")
            )
            assert (status, seconds < 1) == (303, True), seconds
            assert run_action(node, "enquiries") == number
        assert node.ask("/")[0] == 200
    finally:
        sender.terminate()
        sender.wait(60)
    assert run_action(node, "letters") >= 5

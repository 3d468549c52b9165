"""`manage.py serve`: the port must be valid and free."""

import socket

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "８０００"])
def test_an_invalid_port_is_refused(port):
    with pytest.raises(CommandError, match="Enter a number from 1 to 65535"):
        call_command("serve", port=port, check=True)


def test_a_port_in_use_is_refused_with_another_suggestion():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is already in use.*PORT={port % 65535 + 1}"):
            call_command("serve", port=str(port), check=True)
    call_command("serve", port=str(port), check=True)

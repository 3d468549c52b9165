"""Mail servers on loopback: a real one that accepts, refuses, dies and returns, and others with bad manners."""

import logging
import socket
import threading
from contextlib import closing, contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own, which names the recipients


def a_free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MailHost:
    """A real SMTP server. Accepted e-mails are in `mails`, oldest first; `refusals` maps recipients to replies."""

    def __init__(self, port=None):
        self.port = port or a_free_port()
        self.mails, self.refusals = [], {}
        self.controller = None
        self.lock = threading.Lock()
        self.enough = threading.Condition(self.lock)

    # What aiosmtpd asks

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.refusals.get(address) or self.refusals.get("*"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with self.enough:
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.enough.notify_all()
        return "250 OK"

    # What tests ask

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    def readers(self):
        """Return the recipients of accepted e-mails, sorted, with repetitions."""
        return sorted(mail["To"] for mail in self.mails)

    def wait_for(self, count, seconds=20):
        """Wait until it has taken so many; say whether it has."""
        with self.enough:
            return self.enough.wait_for(lambda: len(self.mails) >= count, seconds)


@contextmanager
def misbehaving_server(manner):
    """Run a server that treats each connection in this manner (a generator function, below); give its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = []

    def accept():
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=converse, args=[connection, manner], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        for open_socket in (listener, *connections):
            open_socket.close()
        thread.join(5)


def converse(connection, manner):
    """Say what `manner` yields, a line for each line that comes; hang up at its end, stay silent for None."""
    try:
        lines = connection.makefile("rb")
        answers = manner()
        answer = next(answers, "")
        while answer:
            connection.sendall(f"{answer}\r\n".encode())
            answer = answers.send(lines.readline())
        if answer is None:
            lines.read()  # until the other side has had enough
    except (OSError, ValueError, StopIteration):
        pass
    finally:
        try:
            connection.shutdown(socket.SHUT_RDWR)  # the file made of it keeps it open otherwise
        except OSError:
            pass
        connection.close()


# Manners


def is_full():
    yield "421 4.3.2 Too busy for you@example.org"


def is_silent():
    yield None


def hangs_up_in_the_text():
    yield from (answer for answer in ("220 mail", "250 mail", "250 OK", "250 OK", "354 Go on"))  # a tuple has no send()


def falls_silent_in_the_text():
    yield from hangs_up_in_the_text()
    yield None

"""What a load balancer asks, by whatever host and scheme: is this process alive, is it able to serve."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from watching.bounded import Bounded
from watching.schema import State, state
from watching.sqlite_file import is_held_by_another

SECONDS = 2  # that a database may take to answer; who asks usually waits no longer than that either


def probes(get_response):
    """Answer /healthz and /readyz before host and scheme are checked."""
    views = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request):
        return views.get(request.path_info, get_response)(request)

    return middleware


@never_cache
@require_safe
def healthz(request):
    """Alive: this process answers."""
    return HttpResponse("alive\n", "text/plain")


@never_cache
@require_safe
def readyz(request):
    """Able to serve: the database answers and no migration waits.

    A node of this site, which knows the secret key, is told the edition and the release as well. Nobody else is: the
    one counts what the desk saves, the other picks exploits.
    """
    try:
        found: State = asked.result(SECONDS)
    except (DatabaseError, InterfaceError, TimeoutError) as error:
        held = is_held_by_another(error)
        says = "another program keeps the SQLite file locked\n" if held else "the database does not answer\n"
        return HttpResponse(says, "text/plain", status=503)
    if found.waiting:
        return HttpResponse(f"{len(found.waiting)} migrations wait\n", "text/plain", status=503)
    if is_node(request):
        return HttpResponse(f"ready: edition {found.number} of release {settings.RELEASE}\n", "text/plain")
    return HttpResponse("ready\n", "text/plain")


TOKEN = "X-Embassy-Node"  # noqa: S105 (the request header by which nodes know each other)
signer = signing.TimestampSigner(salt="embassy.probes")
LASTS = timedelta(hours=1)  # generous: the clocks of two nodes may differ, and it is this that is being looked into


def token() -> str:
    """Return what a node shows to another one."""
    return signer.sign("node")


def is_node(request) -> bool:
    """Say whether a request comes from a node of this site."""
    try:
        return signer.unsign(request.headers.get(TOKEN, ""), max_age=LASTS) == "node"
    except signing.BadSignature:
        return False


# One thread asks, with a connection of its own, however many probes come: a database that is frozen, and takes what
# is sent but stays silent, holds up neither the probe nor the visitors' threads.
asked = Bounded(lambda: state())

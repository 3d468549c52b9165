"""Health checks: /healthz (liveness) and /readyz (readiness), for any host and scheme."""

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

SECONDS = 2  # timeout of the database query, as most load balancers have it


def probes(get_response):
    """Middleware: respond to /healthz and /readyz before host and scheme are checked."""
    views = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request):
        return views.get(request.path_info, get_response)(request)

    return middleware


@never_cache
@require_safe
def healthz(request):
    return HttpResponse("alive\n", "text/plain")


@never_cache
@require_safe
def readyz(request):
    """Return 200 if the database responds and all migrations are applied, otherwise 503.

    Only nodes of this site, which know the secret key, get the edition and the release: the edition would show
    how much staff publish, the release which exploits to try.
    """
    try:
        state_now: State = asked.result(SECONDS)
    except (DatabaseError, InterfaceError, TimeoutError) as error:
        is_locked = is_held_by_another(error)
        text = "the SQLite file is locked by another program\n" if is_locked else "the database does not respond\n"
        return HttpResponse(text, "text/plain", status=503)
    if state_now.waiting:
        return HttpResponse(f"{len(state_now.waiting)} migrations have not been applied\n", "text/plain", status=503)
    if is_node(request):
        return HttpResponse(f"ready: edition {state_now.number} of release {settings.RELEASE}\n", "text/plain")
    return HttpResponse("ready\n", "text/plain")


TOKEN = "X-Embassy-Node"  # noqa: S105 (a header by which nodes recognise each other)
signer = signing.TimestampSigner(salt="embassy.probes")
LASTS = timedelta(hours=1)  # generous, since the doctor also reports nodes whose clocks differ


def token() -> str:
    """Return the signed header value for a request to another node."""
    return signer.sign("node")


def is_node(request) -> bool:
    """Return whether a request comes from a node of this site."""
    try:
        return signer.unsign(request.headers.get(TOKEN, ""), max_age=LASTS) == "node"
    except signing.BadSignature:
        return False


# One thread with its own connection queries the database, however many probes come: a frozen database blocks neither
# the probes nor the visitors' threads.
asked = Bounded(lambda: state())

"""Health checks: /healthz (liveness) and /readyz (readiness), for any host and scheme."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.db_schema import ReadinessState, readiness_state
from monitoring.single_flight import TimeoutCall
from monitoring.sqlite_file import is_locked_by_another_program

TIMEOUT_SECONDS = 2  # timeout of the database query, as most load balancers have it


def health_checks(get_response):
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
        state_now: ReadinessState = state_query.result(TIMEOUT_SECONDS)
    except (DatabaseError, InterfaceError, TimeoutError) as error:
        is_locked = is_locked_by_another_program(error)
        text = "the SQLite file is locked by another program\n" if is_locked else "the database does not respond\n"
        return HttpResponse(text, "text/plain", status=503)
    if state_now.waiting:
        return HttpResponse(f"{len(state_now.waiting)} migrations have not been applied\n", "text/plain", status=503)
    if is_node_request(request):
        return HttpResponse(f"ready: edition {state_now.number} of release {settings.RELEASE}\n", "text/plain")
    return HttpResponse("ready\n", "text/plain")


NODE_HEADER = "X-Embassy-Node"
node_signer = signing.TimestampSigner(salt="monitoring.health")
NODE_TOKEN_MAX_AGE = timedelta(hours=1)  # generous, since the doctor also reports nodes whose clocks differ


def node_token() -> str:
    """Return the signed header value for a request to another node."""
    return node_signer.sign("node")


def is_node_request(request) -> bool:
    """Return whether a request comes from a node of this site."""
    try:
        return node_signer.unsign(request.headers.get(NODE_HEADER, ""), max_age=NODE_TOKEN_MAX_AGE) == "node"
    except signing.BadSignature:
        return False


# One thread with its own connection queries the database, however many probes come: a frozen database blocks neither
# the probes nor the visitors' threads.
state_query = TimeoutCall(lambda: readiness_state())

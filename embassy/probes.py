"""What a load balancer asks, by whatever host and scheme: is this process alive, is it able to serve."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


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
    """Able to serve: the database answers and no migration waits."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", status=503)
    if waiting:
        return HttpResponse(f"{len(waiting)} migrations wait\n", "text/plain", status=503)
    return HttpResponse("ready\n", "text/plain")

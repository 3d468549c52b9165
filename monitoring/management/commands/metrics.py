"""`manage.py metrics`: serve metrics for Prometheus on a private port."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from prometheus_client import start_http_server

from monitoring import prometheus, worker_files

DOCTOR_INTERVAL = 300.0  # seconds between two runs of the doctor


class Command(BaseCommand):
    help = (
        "Serve metrics for Prometheus on a private port: request counters of all workers, queues, edition, backup, and "
        "the problems that the doctor finds."
    )

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=settings.METRICS_PORT, help="Default: METRICS_PORT.")
        parser.add_argument("--address", default=settings.METRICS_ADDRESS, help="Default: METRICS_ADDRESS.")

    def handle(self, *, port, address, verbosity, **options):
        if not 0 < port < 65536:
            raise CommandError(_("Set METRICS_PORT=9100 in .env, which also makes the workers count."))
        doctor, registry = prometheus.DoctorCollector(), prometheus.build_registry()
        registry.register(doctor)
        worker_files.remove_stale_files(Path(settings.METRICS_DIR))
        try:
            server, thread = start_http_server(port, address, registry)
        except OSError as error:
            words = _("Port %(port)d of %(address)s cannot be used: %(why)s.")
            why = error.strerror or error
            raise CommandError(words % {"address": address, "port": port, "why": why}) from error
        if verbosity:
            self.stdout.write(f"http://{f'[{address}]' if ':' in address else address}:{port}/metrics")
            self.stdout.flush()
        try:
            while thread.is_alive():
                doctor.examine()
                thread.join(DOCTOR_INTERVAL)
        except KeyboardInterrupt:
            server.shutdown()
        finally:
            server.server_close()

"""The private port: `python manage.py metrics`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from watching import scrape
from watching.server import Server


class Command(BaseCommand):
    help = "Serve what is counted (/metrics, for Prometheus) and what is wrong (/doctor) on a private port."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=settings.METRICS_PORT, help="METRICS_PORT, unless given")
        parser.add_argument("--address", default=settings.METRICS_ADDRESS, help="METRICS_ADDRESS, unless given")

    def handle(self, *, port, address, verbosity, **options):
        if not 0 < port < 65536:
            raise CommandError(
                "Write METRICS_PORT=9100 into .env, for the site as well: without it nothing is counted."
            )
        scrape.begin_anew(settings.METRICS_DIR)
        try:
            server = Server(address, port)
        except OSError as error:
            raise CommandError(f"{address}, port {port}, can't be used ({error.strerror or error}).") from error
        if verbosity:
            self.stdout.write(f"http://{f'[{address}]' if ':' in address else address}:{port}/metrics and /doctor")
            self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()

"""What is wrong with the site: `python manage.py doctor`."""

import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from watching.doctor import CHECKS, examine


class Command(BaseCommand):
    help = "Look whether all is as it should be; name each fault and what to do. Ends with 1 where there is any."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument("--thorough", action="store_true", help="count and compare all there is, however long")
        parser.add_argument("--nodes", nargs="+", metavar="URL", default=settings.NODES, help="NODES, unless given")
        parser.add_argument("--only", nargs="+", metavar="CHECK", choices=list(CHECKS), help=", ".join(CHECKS))

    def handle(self, *, only, nodes, thorough, verbosity, **options):
        report = examine(nodes=nodes, only=only, thorough=thorough)
        if options["json"]:
            self.stdout.write(json.dumps(report.told(), indent=2, ensure_ascii=False))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.check}: {fault.says}\n    {fault.do}")
            self.stdout.write(report.summary)
        if report.faults:
            sys.exit(1)

"""`manage.py doctor`: check the whole site and list its problems."""

import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from monitoring.doctor import CHECKS, run_checks


class Command(BaseCommand):
    help = "Check the whole site, and list each problem with what to do about it. The exit status is 1 if there is any."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Write JSON.")
        parser.add_argument("--thorough", action="store_true", help="Count and compare all rows, which can take long.")
        parser.add_argument("--nodes", nargs="+", metavar="URL", default=settings.NODES, help="Default: NODES.")
        parser.add_argument("--only", nargs="+", metavar="CHECK", choices=list(CHECKS), help=", ".join(CHECKS))

    def handle(self, *, only, nodes, thorough, verbosity, **options):
        report = run_checks(nodes=nodes, only=only, thorough=thorough)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
        else:
            for problem in report.problems:
                self.stdout.write(f"{problem.check}: {problem.message}\n    {problem.advice}")
            self.stdout.write(report.summary)
        if report.problems:
            sys.exit(1)

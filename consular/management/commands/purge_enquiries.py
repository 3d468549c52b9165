"""Erase what has been kept long enough."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from consular import keeping


class Command(BaseCommand):
    help = (
        "Erase the enquiries that have been kept as long as their topic says. Without --delete it only tells which "
        "these are. For a daily timer: purge_enquiries --delete"
    )

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--delete", "--yes", action="store_true", help="Erase them.")
        what.add_argument("--dry-run", action="store_true", help="Only tell; this is what happens without --delete.")

    def handle(self, *, delete, **options):
        at = timezone.now()
        counts, waiting = keeping.overview(at), keeping.unanswered(at)
        for (topic, state), count in sorted(counts.items()):
            self.stdout.write(f"{count:7,}  {topic}: {state}")
        if waiting:
            self.stderr.write(
                self.style.ERROR(
                    f"{len(waiting):,} OF THEM STILL WAIT FOR AN ANSWER: {', '.join(waiting[:20])}"
                    f"{' …' if len(waiting) > 20 else ''}"
                )
            )
        if not delete:
            self.stdout.write(f"{counts.total():,} to be erased. Nothing was: say --delete to do it.")
            return
        erased = sum(keeping.purge(at))
        knocks, erasures = keeping.forget(at)
        keeping.sweep()
        self.stdout.write(
            f"{erased:,} of {counts.total():,} erased; forgotten: {knocks:,} counts of where enquiries came from, "
            f"{erasures:,} notes of old erasures."
        )
        if erased < counts.total():
            self.stdout.write("In the others something has just happened: the next run looks at them again.")

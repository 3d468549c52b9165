"""Delete enquiries at the end of their retention period."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from consular import retention


class Command(BaseCommand):
    help = (
        "Delete the enquiries whose retention period (a setting of their topic) is over. Without --delete it only "
        "counts them. For a daily timer: purge_enquiries --delete"
    )

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--delete", "--yes", action="store_true", help="Delete them.")
        what.add_argument("--dry-run", action="store_true", help="Only count them (the default).")

    def handle(self, *, delete, **options):
        at = timezone.now()
        counts, waiting = retention.count_expired(at), retention.unanswered_references(at)
        for (topic, state), count in sorted(counts.items()):
            self.stdout.write(f"{count:7,}  {topic}: {state}")
        if waiting:
            self.stderr.write(
                self.style.ERROR(
                    f"{len(waiting):,} OF THEM WERE NEVER ANSWERED: {', '.join(waiting[:20])}"
                    f"{' …' if len(waiting) > 20 else ''}"
                )
            )
        if not delete:
            self.stdout.write(f"{counts.total():,} to be deleted. Nothing was deleted: use --delete.")
            return
        erased = sum(retention.purge_enquiries(at))
        counts_deleted, erasures = retention.purge_counters(at)
        retention.vacuum()
        self.stdout.write(
            f"{erased:,} of {counts.total():,} deleted. Also deleted: {counts_deleted:,} rate limit entries, "
            f"{erasures:,} old erasure records."
        )
        if erased < counts.total():
            self.stdout.write("The others had new activity. They will be checked again in the next run.")

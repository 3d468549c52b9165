"""The doctor: health checks of the whole site. Each check yields its problems, with what to do about them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.doctor import data, host, mail, nodes, public_pages
from monitoring.doctor.context import CheckContext

log = logging.getLogger(__name__)

Check = Callable[[CheckContext], Iterator[tuple[str, str]]]

CHECKS: dict[str, Check] = {
    "database": host.check_database,
    "migrations": data.check_migrations,
    "triggers": data.check_triggers,
    "home": public_pages.check_home,
    "archive": public_pages.check_archive,
    "feed": public_pages.check_feed,
    "json-feed": public_pages.check_json_feed,
    "sitemap": public_pages.check_sitemap,
    "api": public_pages.check_api,
    "tally": data.check_counts,
    "search": data.check_search,
    "next-change": data.check_next_change,
    "schedule": data.check_schedule,
    "media": data.check_media,
    "keys": data.check_encryption_keys,
    "emails": mail.check_waiting_emails,
    "given-up": mail.check_failed_emails,
    "backup": host.check_backup,
    "disk": host.check_disk,
    "wal": host.check_wal,
    "proxy": host.check_proxy,
    "clock": host.check_clock,
    "nodes": nodes.check_nodes,
}
PREREQUISITES = {"database", "migrations"}  # if one of these fails, no other check can work


@dataclass(frozen=True)
class Problem:
    """A problem: the check that found it, a description, and a remedy."""

    check: str
    message: str
    advice: str


@dataclass
class Report:
    """The result of a run."""

    at: datetime
    checked: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # because of a problem in an earlier check

    @property
    def summary(self) -> str:
        count = len(self.problems)
        problems = ngettext("%(count)s problem", "%(count)s problems", count) % {"count": count}
        checks = ngettext("%(count)s check", "%(count)s checks", len(self.checked)) % {"count": len(self.checked)}
        more = _(", %(count)s skipped until this is fixed") % {"count": len(self.left_out)} if self.left_out else ""
        return f"{problems if count else _('No problems found')} ({checks}{more})."

    def as_dict(self) -> dict:
        """Return the report for JSON."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "ok": not self.problems,
            "problems": [asdict(problem) for problem in self.problems],
            "checked": self.checked,
            "left_out": self.left_out,
        }


def run_checks(*, nodes: Sequence[str] = (), only: Iterable[str] | None = None, thorough: bool = False) -> Report:
    """Run all checks, or `only` some, and return the report."""
    look = CheckContext(timezone.now(), tuple(nodes), thorough)
    report = Report(look.at)
    names = [name for name in CHECKS if only is None or name in only]
    for number, name in enumerate(names, 1):
        report.checked.append(name)
        try:
            report.problems += [Problem(name, *found) for found in CHECKS[name](look)]
        except Exception as error:
            log.exception("The check %s failed.", name)
            says = _("The check failed (%(error)s).") % {"error": type(error).__name__}
            report.problems.append(
                Problem(name, says, _("See the log for the error, and report it to the developers."))
            )
        if name in PREREQUISITES and report.problems:
            report.left_out = names[number:]
            break
    return report

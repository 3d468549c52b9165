"""The doctor: what must be so, looked at one by one. A check yields a fault and what to do, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watching.doctor import kept, nodes, place, post, public
from watching.doctor.look import Look

log = logging.getLogger(__name__)

Check = Callable[[Look], Iterator[tuple[str, str]]]

CHECKS: dict[str, Check] = {
    "database": place.database,
    "migrations": kept.migrations,
    "triggers": kept.triggers,
    "home": public.home,
    "archive": public.archive,
    "feed": public.feed,
    "json-feed": public.json_feed,
    "sitemap": public.sitemap,
    "api": public.api,
    "tally": kept.tally,
    "search": kept.search,
    "next-change": kept.next_change,
    "schedule": kept.schedule,
    "media": kept.media,
    "keys": kept.keys,
    "letters": post.letters,
    "given-up": post.given_up,
    "backup": place.backup,
    "disk": place.disk,
    "wal": place.wal,
    "proxy": place.proxy,
    "clock": place.clock,
    "nodes": nodes.nodes,
}
BEFORE_ALL = {"database", "migrations"}  # where one of these is at fault, nothing else could be told from it


@dataclass(frozen=True)
class Fault:
    """Something that is not as it should be: which check found it, what it is, what to do."""

    check: str
    says: str
    do: str


@dataclass
class Report:
    """What an examination found."""

    at: datetime
    checked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # for a fault that comes before them

    @property
    def summary(self) -> str:
        count = len(self.faults)
        told = ngettext("%(count)s fault", "%(count)s faults", count) % {"count": count} if count else _("All is well")
        looked = ngettext("%(count)s check", "%(count)s checks", len(self.checked)) % {"count": len(self.checked)}
        more = _(", %(count)s left out until that is mended") % {"count": len(self.left_out)} if self.left_out else ""
        return f"{told} ({looked}{more})."

    def told(self) -> dict:
        """Return it for machines."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "well": not self.faults,
            "faults": [{"check": fault.check, "says": fault.says, "do": fault.do} for fault in self.faults],
            "checked": self.checked,
            "left_out": self.left_out,
        }


def examine(*, nodes: Sequence[str] = (), only: Iterable[str] | None = None, thorough: bool = False) -> Report:
    """Look at everything, or at `only` some, now."""
    look = Look(timezone.now(), tuple(nodes), thorough)
    report = Report(look.at)
    wanted = [name for name in CHECKS if only is None or name in only]
    for place_of_it, name in enumerate(wanted):
        report.checked.append(name)
        try:
            report.faults += [Fault(name, *found) for found in CHECKS[name](look)]
        except Exception as error:
            log.exception("The check %s could not be made.", name)
            says = _("It could not be checked (%(error)s).") % {"error": type(error).__name__}
            report.faults.append(Fault(name, says, _("The log has the whole error. Tell whoever carries the code on.")))
        if name in BEFORE_ALL and report.faults:
            report.left_out = wanted[place_of_it + 1 :]
            break
    return report

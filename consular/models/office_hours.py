"""Opening hours of offices: weekly hours, and exceptions (holidays, closures)."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consular.hours import MIDNIGHT, Span, merge_spans
from consular.opening_hours_text import hours_text
from core.text_fields import LineField
from versions.models import VersionedChild
from versions.querysets import VersionedChildQuerySet

MAX_CLOSURE_DAYS = 366  # days: the longest closure

CLOSING_HELP = _("24:00 is the end of the day. A time before the opening is on the next day.")
SAME_TIME_ERROR = _("Opening and closing times are the same. For round the clock enter 00:00 and 24:00.")


class OpeningHours(VersionedChild):
    """Opening hours on a weekday; two rows for one day leave a break.

    A closing time of 00:00 is the end of the day; one before the opening time is on the next day.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    office = models.ForeignKey("consular.Office", models.CASCADE, related_name="hours", verbose_name=_("office"))
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=CLOSING_HELP)

    version_parent = "office"
    objects = VersionedChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(opens=F("closes")) | Q(opens=MIDNIGHT),
                name="consular_hours_last_some_time",
                violation_error_message=SAME_TIME_ERROR,
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="consular_hours_weekday"),
            models.UniqueConstraint(
                fields=["office", "weekday", "opens"],
                name="consular_hours_once",
                violation_error_message=_("This day already has hours that begin at this time. Change those."),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {hours_text([make_span(self)])}"

    is_closed = False


class Holiday(VersionedChild):
    """An exception: a day or several with other hours than usual, or closed. Two rows for one date leave a break."""

    office = models.ForeignKey("consular.Office", models.CASCADE, related_name="holidays", verbose_name=_("office"))
    date = models.DateField(_("date"))
    last_date = models.DateField(_("last day"), null=True, blank=True, help_text=_("Leave empty for one day."))
    name = LineField(_("name"), max_length=200, help_text=_("Shown to visitors, for example “Christmas Day”."))
    opens = models.TimeField(
        _("opens"), null=True, blank=True, help_text=_("Leave both times empty if closed all day.")
    )
    closes = models.TimeField(_("closes"), null=True, blank=True, help_text=CLOSING_HELP)

    version_parent = "office"
    objects = VersionedChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date", "opens", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="consular_holiday_closed_or_both_times",
                violation_error_message=_("Enter both times, or leave both empty if closed all day."),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True) | ~Q(opens=F("closes")) | Q(opens=MIDNIGHT),
                name="consular_holiday_lasts_some_time",
                violation_error_message=SAME_TIME_ERROR,
            ),
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gt=F("date")),
                name="consular_holiday_last_after_first",
                violation_error_message=_("The last day must be after the first. Leave it empty for one day."),
            ),
            models.UniqueConstraint(
                fields=["office", "date"],
                condition=Q(opens__isnull=True),
                name="consular_holiday_once",
                violation_error_message=_("This date already has an entry. Change that one."),
            ),
            models.UniqueConstraint(
                fields=["office", "date", "opens"],
                name="consular_holiday_hours_once",
                violation_error_message=_("This date already has hours that begin at this time. Change those."),
            ),
        ]

    def __str__(self):
        hours = "" if self.is_closed else f" {hours_text([make_span(self)])}"
        return f"{self.date:%d.%m.%Y} {self.name}{hours}"

    def version_text(self):
        last = f" – {self.last_date:%d.%m.%Y}" if self.last_date else ""
        closed = f" ({_('closed')})" if self.is_closed else ""
        return f"{self}{last}{closed}"

    def clean(self):
        if self.date and self.last_date and self.last_date - self.date > timedelta(days=MAX_CLOSURE_DAYS):
            raise ValidationError({"last_date": _("A closure cannot be longer than a year. Check the dates.")})

    @property
    def is_closed(self):
        """Whether the office is closed all day."""
        return self.opens is None or self.closes is None


@dataclass(frozen=True)
class OfficeException:
    """An exception as the contact page lists it: one or several days with their hours (no span: closed)."""

    date: date
    last_date: date | None
    name: str
    spans: list[Span]

    @classmethod
    def of(cls, holidays):
        """Return the exception of the rows of one date: closed if one of them is."""
        spans = [] if any(each.is_closed for each in holidays) else merge_spans(map(make_span, holidays))
        names = ", ".join(dict.fromkeys(each.name for each in holidays))
        return cls(holidays[0].date, holidays[0].last_date, names, spans)

    @property
    def last(self):
        return self.last_date or self.date

    @property
    def days(self):
        return min((self.last - self.date).days, MAX_CLOSURE_DAYS) + 1


def make_span(hours):
    """Return the hours of a row as a span. A closing time of 23:59 means the end of the day."""
    return Span(hours.opens, MIDNIGHT if hours.closes == time(23, 59) else hours.closes)

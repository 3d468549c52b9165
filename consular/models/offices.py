"""Offices: addresses, phones, weekly opening hours, and exceptions (holidays, closures)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consular.hours import MIDNIGHT, Span, Timetable, merge_spans
from consular.opening_hours_text import hours_text, state_text
from consular.phones import tel_url, validate_phone
from consular.workdays import is_weekday
from core.text_fields import LineField, PlainTextField
from editions.models import PublicModel, PublicQuerySet

MAX_LISTED = 6  # as many as the contact page lists
MAX_CLOSURE_DAYS = 366  # days: the longest closure

CLOSING_HELP = _("24:00 is the end of the day. A time before the opening is on the next day.")
SAME_TIME_ERROR = _("Opening and closing times are the same. For round the clock enter 00:00 and 24:00.")


class OfficeQuerySet(PublicQuerySet):
    """Offices in the order that staff gave them.

    Cached pages show an office's address and phones, never whether it is open: only the contact page does, and it is
    not cached. So no edition ends when an office opens.
    """

    def consular(self):
        return self.filter(kind=Office.Kind.CONSULAR)

    def press(self):
        return self.filter(kind=Office.Kind.PRESS)

    def with_hours(self):
        """Prefetch hours and exceptions."""
        return self.prefetch_related("hours", "holidays")

    def opens_on(self):
        """Return a function from a date to whether the consular office opens; without hours, from Monday to Friday."""
        office = self.consular().with_hours().first()
        timetable = office.timetable() if office else None
        return (lambda day: bool(timetable.spans(day))) if timetable and timetable.week else is_weekday

    def for_header(self):
        """Return the office whose phone and e-mail are in the header of every page: the first consular one, or None."""
        return self.consular().first()


class Office(PublicModel):
    """An office of the embassy that people call, write to or visit."""

    class Kind(models.TextChoices):
        CONSULAR = "consular", _("Consular office")
        PRESS = "press", _("Press office")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.CONSULAR)
    name = LineField(_("name"), max_length=200, help_text=_("Public name, for example “Consular Section”."))
    address = PlainTextField(
        _("address"), max_length=500, blank=True, help_text=_("As on an envelope, one line for each part.")
    )
    map_url = models.URLField(
        _("link to a map"), max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    appointment_url = models.URLField(
        _("link for appointments"),
        max_length=2000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Where visitors book an appointment, if one is required."),
    )
    phone = LineField(
        _("phone"),
        max_length=50,
        blank=True,
        validators=[validate_phone],
        help_text=_("Shown as entered, for example +44 (0) 20 7946 0958. The link leaves out the (0)."),
    )
    emergency_phone = LineField(
        _("emergency phone"),
        max_length=50,
        blank=True,
        validators=[validate_phone],
        help_text=_("Answered outside the opening hours. Shown at the top of the contact page."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"),
        default=0,
        help_text=_("Sort order (lowest first). The first consular office is shown in the header of every page."),
    )

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["order", "name", "pk"]

    def __str__(self):
        return self.name

    @property
    def tel(self):
        """The phone as a `tel:` URL."""
        return tel_url(self.phone)

    @property
    def emergency_tel(self):
        """The emergency phone as a `tel:` URL."""
        return tel_url(self.emergency_phone)

    def timetable(self):
        """Return its hours and exceptions as a Timetable."""
        week, holidays = defaultdict(list), {}
        for hours in self.hours.all():
            week[hours.weekday].append(make_span(hours))
        # A shorter exception overrides a longer one around it.
        for exception in sorted(self.exceptions(), key=lambda each: (-each.days, each.date)):
            for ahead in range(exception.days):
                holidays[exception.date + timedelta(days=ahead)] = exception.spans
        return Timetable(dict(week), holidays)

    def exceptions(self):
        """Return its exceptions; the rows of one date (with a break between them) are one."""
        rows = defaultdict(list)
        for holiday in self.holidays.all():
            rows[holiday.date, holiday.last_date].append(holiday)
        return [OfficeException.of(holidays) for _dates, holidays in sorted(rows.items(), key=lambda row: row[0][0])]

    def state(self, at):
        """Return whether it is open at `at`, and when that changes, in the host's zone."""
        return self.timetable().state(at, timezone.get_default_timezone())

    def state_in_words(self, at):
        """Return "Open now, until 13:00", or "Closed, opens Monday 09:30"."""
        return state_text(self.state(at), self.today(at))

    def holidays_ahead(self, at):
        """Return the next exceptions, including today's."""
        today = self.today(at)
        return [exception for exception in self.exceptions() if exception.last >= today][:MAX_LISTED]

    @staticmethod
    def today(at):
        """Return the date in the host's time zone."""
        return timezone.localdate(at, timezone.get_default_timezone())


class OpeningHours(PublicModel):
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

    office = models.ForeignKey(Office, models.CASCADE, related_name="hours", verbose_name=_("office"))
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=CLOSING_HELP)

    objects = PublicQuerySet.as_manager()

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


class Holiday(PublicModel):
    """An exception: a day or several with other hours than usual, or closed. Two rows for one date leave a break."""

    office = models.ForeignKey(Office, models.CASCADE, related_name="holidays", verbose_name=_("office"))
    date = models.DateField(_("date"))
    last_date = models.DateField(_("last day"), null=True, blank=True, help_text=_("Leave empty for one day."))
    name = LineField(_("name"), max_length=200, help_text=_("Shown to visitors, for example “Christmas Day”."))
    opens = models.TimeField(
        _("opens"), null=True, blank=True, help_text=_("Leave both times empty if closed all day.")
    )
    closes = models.TimeField(_("closes"), null=True, blank=True, help_text=CLOSING_HELP)

    objects = PublicQuerySet.as_manager()

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

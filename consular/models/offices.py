"""Offices: where they are, how to reach them, and when they are open."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consular.hours import MIDNIGHT, Span, Timetable, merged
from consular.phones import tel, validate_phone
from consular.wording import spans_in_words, state_in_words
from consular.workdays import is_weekday
from editions.models import PublicModel, PublicQuerySet

HOLIDAYS_AHEAD = 6  # as many as the contact page lists
A_YEAR = 366  # days: the longest closure

CLOSES = _("24:00 for the end of the day. Earlier than the opening: on the next day.")
SAME_TIME = _("Opening and closing are the same time. For round the clock write 00:00 and 24:00.")


class OfficeQuerySet(PublicQuerySet):
    """Offices, in the order in which staff put them.

    Printed pages show an office's address and phones, never whether it is open: that is for the contact page, which
    is live. So no edition ends when a door opens.
    """

    def consular(self):
        return self.filter(kind=Office.Kind.CONSULAR)

    def press(self):
        return self.filter(kind=Office.Kind.PRESS)

    def with_hours(self):
        """Fetch hours and holidays with the offices."""
        return self.prefetch_related("hours", "holidays")

    def opens_on(self):
        """Return a function that says of a date whether the consular office opens: a weekday, where no hours stand."""
        office = self.consular().with_hours().first()
        table = office.timetable() if office else None
        return (lambda day: bool(table.spans(day))) if table and table.week else is_weekday

    def for_header(self):
        """Return the office whose phone and e-mail stand on every page: the first consular one, or None."""
        return self.consular().first()


class Office(PublicModel):
    """A place of the embassy that people call, write to or come to."""

    class Kind(models.TextChoices):
        CONSULAR = "consular", _("Consular office")
        PRESS = "press", _("Press office")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.CONSULAR)
    name = models.CharField(_("name"), max_length=200, help_text=_("As visitors know it: Consular Section."))
    address = models.TextField(
        _("address"), max_length=500, blank=True, help_text=_("As on an envelope, a line for each part.")
    )
    map_url = models.URLField(
        _("link to a map"), max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    appointment_url = models.URLField(
        _("link for appointments"),
        max_length=2000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Where visitors book an appointment, if they need one."),
    )
    phone = models.CharField(
        _("phone"),
        max_length=50,
        blank=True,
        validators=[validate_phone],
        help_text=_("As it should be read: +44 (0) 203 668 7474. The link on the page drops the (0)."),
    )
    emergency_phone = models.CharField(
        _("emergency phone"),
        max_length=50,
        blank=True,
        validators=[validate_phone],
        help_text=_("Answered outside the opening hours. It stands above everything on the contact page."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"),
        default=0,
        help_text=_("Low numbers come first. The first consular office is the one in the header of every page."),
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
        """The phone as a link."""
        return tel(self.phone)

    @property
    def emergency_tel(self):
        """The emergency phone as a link."""
        return tel(self.emergency_phone)

    def timetable(self):
        """Return its hours and holidays, for reckoning."""
        week, holidays = defaultdict(list), {}
        for hours in self.hours.all():
            week[hours.weekday].append(span_of(hours))
        # A single day replaces the hours of a longer closure around it.
        for exception in sorted(self.exceptions(), key=lambda each: (-each.days, each.date)):
            for ahead in range(exception.days):
                holidays[exception.date + timedelta(days=ahead)] = exception.spans
        return Timetable(dict(week), holidays)

    def exceptions(self):
        """Return its holidays, the rows of one date (with a break between them) as one."""
        rows = defaultdict(list)
        for holiday in self.holidays.all():
            rows[holiday.date, holiday.last_date].append(holiday)
        return [Exceptional.of(holidays) for _dates, holidays in sorted(rows.items(), key=lambda row: row[0][0])]

    def state(self, at):
        """Return whether it is open at the moment `at`, and when that turns, in the host's zone."""
        return self.timetable().state(at, timezone.get_default_timezone())

    def state_in_words(self, at):
        """Return "Open now, until 13:00", or "Closed, opens Monday 09:30"."""
        return state_in_words(self.state(at), self.today(at))

    def holidays_ahead(self, at):
        """Return the next holidays, that of today with them."""
        today = self.today(at)
        return [exception for exception in self.exceptions() if exception.last >= today][:HOLIDAYS_AHEAD]

    @staticmethod
    def today(at):
        """Return the date by which offices open: the host's."""
        return timezone.localdate(at, timezone.get_default_timezone())


class OpeningHours(PublicModel):
    """A stretch of a weekday in which an office is open; two on one day leave a break for lunch.

    Where it closes at 00:00, that is the end of the day; where it closes earlier than it opens, on the next day.
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
    closes = models.TimeField(_("closes"), help_text=CLOSES)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(opens=F("closes")) | Q(opens=MIDNIGHT),
                name="consular_hours_last_some_time",
                violation_error_message=SAME_TIME,
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="consular_hours_weekday"),
            models.UniqueConstraint(
                fields=["office", "weekday", "opens"],
                name="consular_hours_once",
                violation_error_message=_("This day has hours that begin at this time already. Change those."),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {spans_in_words([span_of(self)])}"

    is_closed = False


class Holiday(PublicModel):
    """A day, or a run of days, with other hours than on that weekday, or closed. Two rows of a date leave a break."""

    office = models.ForeignKey(Office, models.CASCADE, related_name="holidays", verbose_name=_("office"))
    date = models.DateField(_("date"))
    last_date = models.DateField(_("last day"), null=True, blank=True, help_text=_("Of several days; else empty."))
    name = models.CharField(_("name"), max_length=200, help_text=_("What visitors read: Christmas Day."))
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Leave both empty for closed all day."))
    closes = models.TimeField(_("closes"), null=True, blank=True, help_text=CLOSES)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date", "opens", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="consular_holiday_closed_or_both_times",
                violation_error_message=_("Give both times, or leave both empty: closed all day."),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True) | ~Q(opens=F("closes")) | Q(opens=MIDNIGHT),
                name="consular_holiday_lasts_some_time",
                violation_error_message=SAME_TIME,
            ),
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gt=F("date")),
                name="consular_holiday_last_after_first",
                violation_error_message=_("The last day must be after the first. For one day, leave it empty."),
            ),
            models.UniqueConstraint(
                fields=["office", "date"],
                condition=Q(opens__isnull=True),
                name="consular_holiday_once",
                violation_error_message=_("This date is in the list already. Change that entry."),
            ),
            models.UniqueConstraint(
                fields=["office", "date", "opens"],
                name="consular_holiday_hours_once",
                violation_error_message=_("This date has hours that begin at this time already. Change those."),
            ),
        ]

    def __str__(self):
        hours = "" if self.is_closed else f" {spans_in_words([span_of(self)])}"
        return f"{self.date:%d.%m.%Y} {self.name}{hours}"

    def clean(self):
        if self.date and self.last_date and self.last_date - self.date > timedelta(days=A_YEAR):
            raise ValidationError({"last_date": _("Closures of more than a year cannot be entered. Check the dates.")})

    @property
    def is_closed(self):
        """Whether the office is closed all day."""
        return self.opens is None or self.closes is None


@dataclass(frozen=True)
class Exceptional:
    """One or several days with hours of their own (no span: closed), as the contact page lists them."""

    date: date
    last_date: date | None
    name: str
    spans: list[Span]

    @classmethod
    def of(cls, holidays):
        """Return what the rows of one date say together; closed, where one of them says so."""
        spans = [] if any(each.is_closed for each in holidays) else merged(map(span_of, holidays))
        names = ", ".join(dict.fromkeys(each.name for each in holidays))
        return cls(holidays[0].date, holidays[0].last_date, names, spans)

    @property
    def last(self):
        return self.last_date or self.date

    @property
    def days(self):
        return min((self.last - self.date).days, A_YEAR) + 1


def span_of(hours):
    """Return opening hours or a holiday's as a span. 23:59 was the way to write the end of a day once."""
    return Span(hours.opens, MIDNIGHT if hours.closes == time(23, 59) else hours.closes)

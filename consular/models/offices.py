"""Offices: addresses, phones, and whether they are open."""

from collections import defaultdict
from datetime import UTC, timedelta

from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consular.hours import Timetable
from consular.models.office_hours import OfficeException, make_span
from consular.opening_hours_text import state_text
from consular.phones import tel_url, validate_phone
from consular.workdays import is_weekday
from core.text_fields import LineField, PlainTextField
from versions.models import VersionedModel, VersionWithChildren, version_records
from versions.querysets import VersionedQuerySet

MAX_LISTED = 24  # exceptions on the contact page, most of them folded


class OfficeQuerySet(VersionedQuerySet):
    """Offices in the order that staff gave them."""

    def next_change(self, at):
        """Return when, after `at`, an office next opens or closes: the contact page shows whether it is open."""
        zone = timezone.get_default_timezone()
        states = [office.timetable().state(at, zone) for office in self.with_hours()]
        return min((state.changes_at.astimezone(UTC) for state in states if state.changes_at), default=None)

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


class Office(VersionedModel):
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
        help_text=_("Answered outside the opening hours. Shown at the top of the contact page and on every page."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"),
        default=0,
        help_text=_("Sort order (lowest first). The first consular office is shown in the header of every page."),
    )

    text_fields = ("name", "address")
    unrestored_fields = frozenset({"order"})  # where it appears
    versioned_children = ("hours", "holidays")
    objects = OfficeQuerySet.as_manager()
    history = version_records(bases=[VersionWithChildren])

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

"""Counters: how many days have passed since an incident, by the calendar of a named time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from slugify import slugify

from counters import sentences, zones
from editions.models import new_edition
from editions.moments import local_date, midnight_after
from news.models.redirects import Movable, MovableQuerySet
from richtext.plaintext import LineField


class CounterQuerySet(MovableQuerySet):
    """Counters, in the order of the staff."""

    deciding = frozenset({"shown"})

    def seen(self):
        return self.filter(shown=True)

    def shown(self):
        """Return the counters that the public sees."""
        return self.filter(shown=True).order_by("order", "id")

    def with_messages(self, at: datetime) -> list[Counter]:
        """Return them, each with its message as `public_message`: None where it is not public at the moment `at`.

        One query more where any has a message, none else: a prefetch costs more than all the rest even for nothing.
        """
        counters = list(self)
        wanted = {counter.message_id for counter in counters if counter.message_id}
        messages = self.model._meta.get_field("message").related_model.objects
        public = messages.published(at).only("headline", "language", "day", "slug").in_bulk(wanted) if wanted else {}
        for counter in counters:
            counter.public_message = public.get(counter.message_id)
        return counters

    def of_edition(self, edition, at: datetime) -> list[Counter]:
        """Return the counters that the public sees, with their messages; fetched once for an edition."""
        return edition.get_or_compute("counters", lambda: self.shown().with_messages(at))

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next midnight at which a shown counter turns; None where none still runs."""
        rows = self.shown().order_by().values_list("time_zone", "until").distinct()
        return min((midnight_after(at, zone) for zone in {zone for zone, _until in running(rows, at)}), default=None)


def running(rows, at: datetime) -> Iterator[tuple[ZoneInfo, date | None]]:
    """Yield zone and end of those (zone's name, end) that still count at the moment `at`."""
    for name, until in rows:
        zone = zones.named(name)
        if until is None or local_date(at, zone) < until:
            yield zone, until


class Counter(Movable):
    """How many days have passed since an incident. The day it began is day 0."""

    incident = LineField(
        _("incident"),
        max_length=300,
        help_text=_("What happened, as it stands in the sentence: “the fire at the consulate”."),
    )
    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        blank=True,
        help_text=_(
            "The last part of its address, /counters/…/. Empty: made from the incident. "
            "An old address leads on to the new one, for embedded badges too."
        ),
    )
    sentence_one = LineField(
        _("sentence for one day"),
        max_length=500,
        default=_("{days} day has passed since {incident}"),
        validators=[sentences.validate_sentence],
        help_text=_("Shown on day 1. {days} stands for the number, {incident} for the incident."),
    )
    sentence_many = LineField(
        _("sentence for more days"),
        max_length=500,
        default=_("{days} days have passed since {incident}"),
        validators=[sentences.validate_sentence],
        help_text=_("Shown on every other day. {days} stands for the number, {incident} for the incident."),
    )
    since = models.DateField(_("since"), help_text=_("The day it happened: day 0. The next midnight makes it 1."))
    until = models.DateField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("The day on which the count stops, and from which the number stays. Empty: it goes on."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        choices=zones.choices,
        default=zones.host,
        help_text=_("Whose midnight makes it one more, in summer and in winter."),
    )
    message = models.ForeignKey(
        "news.Message",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("message"),
        help_text=_("What tells the story. The public finds the link while the message is published."),
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Its place among the counters, 0 first.")
    )
    shown = models.BooleanField(
        _("shown"), default=True, help_text=_("On the home page and at its own address. Its badge disappears with it.")
    )

    redirect_target = "counter"
    objects = CounterQuerySet.as_manager()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="counters_until_not_before_since",
                violation_error_message=_("A counter can't stop before it began. Change “until” or “since”."),
            ),
        ]

    def __str__(self):
        return self.incident

    def get_absolute_url(self):
        return reverse("counters:detail", args=[self.slug])

    def is_seen(self):
        return self.shown

    # What it says

    @property
    def zone(self) -> ZoneInfo:
        """Return its time zone."""
        return zones.named(self.time_zone)

    def days(self, at: datetime) -> int:
        """Return the days passed at the moment `at`: a difference of calendar dates, never of hours; at least 0."""
        today = local_date(at, self.zone)
        return max((min(today, self.until or today) - self.since).days, 0)

    def turns(self, at: datetime) -> datetime | None:
        """Return the moment after `at` at which it next becomes one more; None once it has stopped."""
        return next((midnight_after(at, zone) for zone, _until in running([(self.time_zone, self.until)], at)), None)

    def parts(self, at: datetime) -> sentences.Parts:
        """Return its sentence at the moment `at`, with the number apart from the words around it."""
        days = self.days(at)
        return sentences.parts(str(self.sentence_one if days == 1 else self.sentence_many), days, self.incident)

    def sentence(self, at: datetime) -> str:
        """Return its sentence at the moment `at`."""
        return str(self.parts(at))

    # How it is kept

    def clean(self):
        today = local_date(timezone.now(), self.zone)
        if self.since and self.since > today:
            raise ValidationError(
                {"since": _("This day is still ahead there. A counter begins today or on a day that has passed.")}
            )
        if self.since and self.until and self.until < self.since:
            raise ValidationError({"until": _("A counter can't stop before it began. Choose “since” or a later day.")})

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            if not self.slug:
                self.slug = self.free_slug()
                if kwargs.get("update_fields") is not None:
                    kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
            super().save(*args, **kwargs)

    save.alters_data = True

    def free_slug(self) -> str:
        """Return an address made from the incident that no other counter has."""
        stem = slugify(self.incident, max_length=70, word_boundary=True) or "counter"
        others = Counter.objects.exclude(pk=self.pk).filter(slug__startswith=stem)
        taken = set(others.values_list("slug", flat=True))
        number = 1
        while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
            number += 1
        return slug

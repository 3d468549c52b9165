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

from core.text_fields import LineField
from core.timezones import local_date, midnight_after
from counters import sentences, zones
from editions.models import new_edition
from redirects.models import RedirectingModel, RedirectingQuerySet
from versions.models import VersionedModel, version_records
from versions.querysets import VersionedQuerySet


class CounterQuerySet(RedirectingQuerySet, VersionedQuerySet):
    """Counters."""

    deciding = frozenset({"shown"})

    def seen(self):
        return self.filter(shown=True)

    def public_condition(self, at):
        return Q(shown=True)

    def shown(self):
        """Return the public counters, in the order set by staff."""
        return self.filter(shown=True).order_by("order", "id")

    def with_messages(self, at: datetime) -> list[Counter]:
        """Return the counters, each with its message as `public_message`; None where it is not public at `at`.

        One more query if any has a message: cheaper than `prefetch_related`, which is slow even for no rows.
        """
        counters = list(self)
        ids = {counter.message_id for counter in counters if counter.message_id}
        messages = self.model._meta.get_field("message").related_model.objects
        public = messages.published(at).only("headline", "language", "day", "slug").in_bulk(ids) if ids else {}
        for counter in counters:
            counter.public_message = public.get(counter.message_id)
        return counters

    def of_edition(self, edition, at: datetime) -> list[Counter]:
        """Return the public counters with their messages, cached with the edition."""
        return edition.get_or_compute("counters", lambda: self.shown().with_messages(at))

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next midnight at which a public counter changes; None where all have stopped."""
        rows = self.shown().order_by().values_list("time_zone", "until").distinct()
        return min(
            (midnight_after(at, zone) for zone in {zone for zone, _until in still_counting(rows, at)}), default=None
        )


def still_counting(rows, at: datetime) -> Iterator[tuple[ZoneInfo, date | None]]:
    """Yield time zone and end of those rows (zone name, end) that have not stopped at the time `at`."""
    for name, until in rows:
        zone = zones.get_zone(name)
        if until is None or local_date(at, zone) < until:
            yield zone, until


class Counter(RedirectingModel, VersionedModel):
    """Days since an incident. The day of the incident is day 0."""

    incident = LineField(
        _("incident"),
        max_length=300,
        help_text=_("The incident, as used in the sentence: “the fire at the consulate”."),
    )
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        blank=True,
        help_text=_(
            "Last part of its web address, /counters/…/. Leave empty to derive it from the incident. "
            "The old address will redirect, also for embedded badges."
        ),
    )
    sentence_one = LineField(
        _("sentence for one day"),
        max_length=500,
        default=_("{days} day has passed since {incident}"),
        validators=[sentences.validate_sentence],
        help_text=_("Shown on day 1. {days} is replaced by the number, {incident} by the incident."),
    )
    sentence_many = LineField(
        _("sentence for more days"),
        max_length=500,
        default=_("{days} days have passed since {incident}"),
        validators=[sentences.validate_sentence],
        help_text=_("Shown on all other days. {days} is replaced by the number, {incident} by the incident."),
    )
    since = models.DateField(_("since"), help_text=_("Date of the incident: day 0. Day 1 begins at the next midnight."))
    until = models.DateField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("Date on which the count stops; the number stays from then on. Leave empty to keep counting."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        choices=zones.zone_choices,
        default=zones.host_zone_name,
        help_text=_("Time zone whose midnight advances the count."),
    )
    message = models.ForeignKey(
        "news.Message",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("message"),
        help_text=_("Message about the incident. Linked while it is published."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Sort order, lowest first."))
    shown = models.BooleanField(
        _("shown"),
        default=True,
        help_text=_("Show it, with its page and badge, to the public."),
    )

    text_fields = ("incident", "sentence_one", "sentence_many")
    unrestored_fields = frozenset({"slug", "order", "shown"})  # where it appears
    redirect_target = "counter"
    objects = CounterQuerySet.as_manager()
    history = version_records()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="counters_until_not_before_since",
                violation_error_message=_("A counter cannot stop before it starts. Change “until” or “since”."),
            ),
        ]

    def __str__(self):
        return self.incident

    def get_absolute_url(self):
        return reverse("counters:detail", args=[self.slug])

    def is_seen(self):
        return self.shown

    @property
    def zone(self) -> ZoneInfo:
        return zones.get_zone(self.time_zone)

    def days(self, at: datetime) -> int:
        """Return the days passed at the time `at`, at least 0: a difference of calendar dates, not of hours."""
        today = local_date(at, self.zone)
        return max((min(today, self.until or today) - self.since).days, 0)

    def turns(self, at: datetime) -> datetime | None:
        """Return the next time after `at` at which the number goes up; None once it has stopped."""
        return next(
            (midnight_after(at, zone) for zone, _until in still_counting([(self.time_zone, self.until)], at)), None
        )

    def parts(self, at: datetime) -> sentences.SentenceParts:
        """Return the sentence at the time `at`, split around the number."""
        days = self.days(at)
        return sentences.split_sentence(
            str(self.sentence_one if days == 1 else self.sentence_many), days, self.incident
        )

    def sentence(self, at: datetime) -> str:
        """Return the sentence at the time `at`."""
        return str(self.parts(at))

    def clean(self):
        today = local_date(timezone.now(), self.zone)
        if self.since and self.since > today:
            raise ValidationError(
                {"since": _("This date is in the future in that time zone. Enter today or an earlier date.")}
            )
        if self.since and self.until and self.until < self.since:
            raise ValidationError({"until": _("Enter the date in “since” or a later one.")})

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            if not self.slug:
                self.slug = self.free_slug()
                if kwargs.get("update_fields") is not None:
                    kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
            super().save(*args, **kwargs)

    save.alters_data = True

    def free_slug(self) -> str:
        """Return a slug derived from the incident that no other counter has."""
        stem = slugify(self.incident, max_length=70, word_boundary=True) or "counter"
        others = Counter.objects.exclude(pk=self.pk).filter(slug__startswith=stem)
        taken = set(others.values_list("slug", flat=True))
        number = 1
        while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
            number += 1
        return slug

"""Enquiries: what visitors ask the consul, and about what one may ask."""

import secrets

from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consular.references import make_reference
from editions.models import PublicModel, PublicQuerySet

LONGEST_QUESTION = 5_000


class TopicQuerySet(PublicQuerySet):
    def shown(self):
        """Return the topics that a visitor can choose."""
        return self.filter(shown=True)


class Topic(PublicModel):
    """What an enquiry is about, and whose mailbox hears of it."""

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("As visitors say it: Lost passport."))
    sentence = models.CharField(
        _("sentence"),
        max_length=500,
        blank=True,
        help_text=_("What to know before asking. It may save the visitor the question."),
    )
    mailbox = models.EmailField(_("mailbox"), help_text=_("Of the officers who answer. Visitors never see it."))
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Low numbers come first."))
    shown = models.BooleanField(_("shown"), default=True, help_text=_("Visitors can choose it."))

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


def make_token():
    """Return the unguessable part of an enquiry's address: 192 random bits."""
    return secrets.token_urlsafe(24)


class EnquiryQuerySet(models.QuerySet):
    def waiting(self):
        """Return the enquiries that wait for an answer: all, as long as none is given from here."""
        return self.all()

    def receive(self, *, key, at, **asked):
        """Keep an enquiry and return it. The same `key` again (a double click) returns the one that is kept."""
        defaults = {"received_at": at, "consent_at": at, **asked}
        for _attempt in range(5):
            try:
                with transaction.atomic(using=self.db):
                    return self.get_or_create(key=key, defaults=defaults)[0]
            except IntegrityError:  # one in 34 thousand million: the reference is taken; another is drawn
                continue
        raise RuntimeError("No free reference was found in five draws.")


class Enquiry(models.Model):
    """A visitor's consular question, with a reference. Not public: no edition turns when one comes in."""

    reference = models.CharField(_("reference"), max_length=9, unique=True, default=make_reference, editable=False)
    token = models.CharField(_("token"), max_length=40, unique=True, default=make_token, editable=False)
    key = models.CharField(_("idempotency key"), max_length=64, unique=True, editable=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="enquiries", verbose_name=_("topic"))

    # Who asks and what: personal, all of it, and nowhere else.
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    question = models.TextField(_("question"))

    consent_at = models.DateTimeField(_("consent given"))
    received_at = models.DateTimeField(_("received"), db_index=True)
    suspicion = models.CharField(
        _("suspicion"),
        max_length=200,
        blank=True,
        help_text=_("Why this may be spam. Nothing is ever dropped: a person decides."),
    )

    objects = EnquiryQuerySet.as_manager()

    PERSONAL = ("name", "email", "phone", "question")

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-received_at", "-pk"]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        """Return the address, known to the visitor alone, where the enquiry stands."""
        return reverse("consular:enquiry", args=[self.token])

    @property
    def state(self):
        """Where it stands, in words. Derived from its moments, of which there is one so far."""
        return _("received")

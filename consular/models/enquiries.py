"""Enquiries: what visitors ask the consul, and where each one stands."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consular.access_log import LoggedReads
from consular.models.offices import Office
from consular.models.topics import Topic
from consular.models.way import Way
from consular.references import make_reference
from consular.sealed import SealedField, keyed_hash, keyed_hashes, plain_email, plain_text, random_hash
from consular.undelivered import failed_letters, is_settled
from consular.workdays import working_days_after
from letters import limits
from letters.models import Letter

LONGEST_QUESTION = 5_000
UNHEARD = Q(answered_at=None) | Q(visitor_added_at__gt=F("answered_at"))  # the visitor had the last word


def make_token():
    """Return the unguessable part of an enquiry's address: 192 random bits."""
    return secrets.token_urlsafe(24)


class EnquiryQuerySet(models.QuerySet):
    # Where they stand

    def not_spam(self):
        """Return those that are no spam, as far as anybody can tell."""
        return self.filter(suspicion="")

    def suspected_spam(self):
        """Return those kept apart, until an officer has looked at them."""
        return self.filter(suspicion__gt="")  # as exclude(suspicion=""), and by the index

    def waiting(self):
        """Return those that wait for an answer, whether anybody has taken them up or not."""
        return self.not_spam().filter(UNHEARD, closed_at=None)

    def overdue(self, day):
        """Return those that wait, and should have been answered before this date."""
        return self.waiting().filter(answer_by__lt=day)

    def answered(self):
        """Return those that were answered, and not closed yet."""
        unheard = Q(visitor_added_at__gt=F("answered_at"))
        return self.not_spam().filter(closed_at=None).exclude(answered_at=None).exclude(unheard)

    def closed(self):
        return self.not_spam().exclude(closed_at=None)

    def undelivered(self):
        """Return those whose visitor could not be reached by e-mail, unless they were closed after that."""
        found = failed_letters()
        closed = self.filter(pk__in=list(found)).order_by().values_list("pk", "closed_at")
        open_cases = [pk for pk, at in closed if not all(is_settled(letter, at) for letter in found[pk])]
        return self.filter(pk__in=open_cases)

    def expired(self, at):
        """Return those whose topic says that they are to be erased by now: so long has nothing happened to them."""
        kept = [
            Q(topic=topic, last_activity_at__lt=at - timedelta(days=topic.retention_days))
            for topic in Topic.objects.all()
        ]
        return self.filter(Q(*kept, _connector=Q.OR)) if kept else self.none()

    def for_list(self):
        """Load what lists show, and nothing that is sealed: they work with any key."""
        return self.select_related("topic", "assigned_to").only(
            *[
                "reference",
                "received_at",
                "visitor_added_at",
                "answered_at",
                "closed_at",
                "last_activity_at",
                "answer_by",
                "suspicion",
            ],
            *["topic__name", "assigned_to__username", "assigned_to__first_name", "assigned_to__last_name"],
        )

    # Finding one: what is sealed can't be searched for

    def with_token(self, token: str):
        """Return the enquiry, as a set of one or none, whose address ends in this token."""
        return self.filter(token_hash=random_hash(token))

    def from_email(self, email: str):
        """Return all enquiries of whoever has this e-mail address."""
        return self.filter(email_hash__in=keyed_hashes("email", plain_email(email)))

    def with_question(self, question: str):
        """Return those that ask in the same words."""
        return self.filter(question_hash__in=keyed_hashes("question", plain_text(question)))

    # Keeping one

    def receive(self, *, key, at, **asked):
        """Keep an enquiry with its letters and return it. The same `key` again (a double click) returns the kept one.

        A suspected one is kept apart: nobody is written to before an officer has said that it is none.
        """
        for _attempt in range(5):
            try:
                with transaction.atomic(using=self.db):
                    defaults = {"received_at": at, "last_activity_at": at, "consent_at": at, **asked}
                    kept, is_new = self.get_or_create(key=key, defaults=defaults)
                    if is_new and not kept.suspicion:
                        kept.notify(at)
                    return kept
            except IntegrityError:  # one in 34 thousand million: the reference is taken; another is drawn
                continue
        raise RuntimeError("No free reference was found in five draws.")


class Enquiry(Way, LoggedReads):
    """A visitor's consular question, with a reference. Not public: no edition turns when one comes in."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        BEING_ANSWERED = "being answered", _("being answered")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    reference = models.CharField(_("reference"), max_length=9, unique=True, default=make_reference, editable=False)
    key = models.CharField(_("idempotency key"), max_length=64, unique=True, editable=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="enquiries", verbose_name=_("topic"))

    # Who asks and what: personal, all of it, and sealed; the hashes are kept with them in save().
    token = SealedField(_("token"), max_length=64, default=make_token, editable=False)
    name = SealedField(_("name"), max_length=200)
    email = SealedField(_("e-mail"), max_length=254)
    phone = SealedField(_("phone"), max_length=50, blank=True)
    question = SealedField(_("question"), max_length=LONGEST_QUESTION)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email_hash = models.CharField(max_length=64, db_index=True, editable=False)
    question_hash = models.CharField(max_length=64, db_index=True, editable=False)

    # Where it stands.
    consent_at = models.DateTimeField(_("consent given"))
    received_at = models.DateTimeField(_("received"))  # consular_suspected begins with it
    visitor_added_at = models.DateTimeField(_("visitor added"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    last_activity_at = models.DateTimeField(_("last moved"), db_index=True, editable=False)
    answer_by = models.DateField(_("answer by"), null=True, db_index=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )
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
        indexes = [  # one for each list of the desk, with what it is narrowed by
            models.Index(
                fields=["suspicion", "answer_by", "topic", "received_at", "assigned_to"],
                name="consular_waiting",
                condition=UNHEARD & Q(closed_at=None),
            ),
            models.Index(
                fields=["suspicion", "-answered_at", "visitor_added_at", "topic", "received_at"],
                name="consular_answered",
                condition=Q(closed_at=None),
            ),
            models.Index(fields=["suspicion", "-closed_at", "topic", "received_at"], name="consular_closed"),
            models.Index(fields=["-received_at", "suspicion", "topic"], name="consular_suspected"),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        """Return the address, known to the visitor alone, where the enquiry stands."""
        return reverse("consular:enquiry", args=[self.token])

    def save(self, *args, **kwargs):
        """Keep the hashes with what they are made of. An answer is due within the topic's days of its arrival."""
        self.update_hashes()
        if self.answer_by is None:
            self.answer_by = self.due_after(self.received_at)
        super().save(*args, **kwargs)

    def update_hashes(self) -> None:
        """Make the hashes of what they are made of, with the newest key."""
        self.token_hash = random_hash(self.token)
        self.email_hash = keyed_hash("email", plain_email(self.email))
        self.question_hash = keyed_hash("question", plain_text(self.question))

    @property
    def state(self) -> State:
        """Where it stands, derived from its moments."""
        if self.closed_at:
            return self.State.CLOSED
        if self.answered_at and not (self.visitor_added_at and self.visitor_added_at > self.answered_at):
            return self.State.ANSWERED
        return self.State.BEING_ANSWERED if self.assigned_to_id else self.State.RECEIVED

    def due_after(self, at: datetime):
        """Return the date by which what came in at the moment `at` is to be answered."""
        return working_days_after(timezone.localdate(at), self.topic.answer_days, Office.objects.opens_on())

    @property
    def is_unanswered(self) -> bool:
        """Whether its visitor waits for an answer."""
        return self.state in (self.State.RECEIVED, self.State.BEING_ANSWERED)

    @property
    def is_waiting(self) -> bool:
        """Whether an officer owes it an answer: a suspected one is looked at first."""
        return not self.suspicion and self.is_unanswered

    def is_late(self, day) -> bool:
        """Say whether its visitor waits on this date and should have had an answer before. Old rows have no date."""
        return self.is_unanswered and self.answer_by is not None and self.answer_by < day

    # Its letters

    @property
    def has_receipt(self) -> bool:
        """Whether a receipt has left or will leave: those of the last month are known."""
        return Letter.objects.filter(kind="enquiry receipt", object_id=self.pk).exists()

    def notify(self, at: datetime, *, is_limited: bool = True) -> None:
        """Write to the visitor that it has arrived, and to the topic's mailbox.

        Where many receipts have gone to the visitor's address, or to all, it is kept without one: a stranger may have
        typed the address. An officer's decision to write is not limited.
        """
        if not is_limited or limits.may_send("enquiry receipt", limits.hash_recipient(self.email), at):
            Letter.objects.enqueue("enquiry receipt", object_id=self.pk, at=at)
        Letter.objects.enqueue("enquiry received", object_id=self.pk, at=at)

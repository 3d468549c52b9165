"""Enquiries: visitors' consular questions, encrypted, with their state and deadlines."""

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
from consular.encryption import (
    EncryptedTextField,
    hash_token,
    keyed_hash,
    keyed_hashes,
    normalise_email_for_hash,
    normalise_text,
)
from consular.models.offices import Office
from consular.models.topics import Topic
from consular.models.workflow import EnquiryWorkflow
from consular.references import make_reference
from consular.undelivered import failed_emails_by_enquiry, is_settled
from consular.workdays import working_days_after
from outbox import rate_limits
from outbox.models import OutboxEmail

MAX_QUESTION_LENGTH = 5_000
UNANSWERED = Q(answered_at=None) | Q(visitor_added_at__gt=F("answered_at"))  # no reply to the visitor's last text


def make_token():
    """Return the secret part of an enquiry's URL: 192 random bits."""
    return secrets.token_urlsafe(24)


class EnquiryQuerySet(models.QuerySet):
    # By state

    def not_spam(self):
        """Return those that are not suspected spam."""
        return self.filter(suspicion="")

    def suspected_spam(self):
        """Return the suspected spam that no officer has checked yet."""
        return self.filter(suspicion__gt="")  # like exclude(suspicion=""), but it uses the index

    def waiting(self):
        """Return those that wait for a reply, assigned or not."""
        return self.not_spam().filter(UNANSWERED, closed_at=None)

    def overdue(self, day):
        """Return those that wait and were due before this date."""
        return self.waiting().filter(answer_by__lt=day)

    def answered(self):
        """Return those that were answered and are not closed."""
        unheard = Q(visitor_added_at__gt=F("answered_at"))
        return self.not_spam().filter(closed_at=None).exclude(answered_at=None).exclude(unheard)

    def closed(self):
        return self.not_spam().exclude(closed_at=None)

    def undelivered(self):
        """Return those with an undelivered e-mail to the visitor, unless they were closed after that."""
        found = failed_emails_by_enquiry()
        closed = self.filter(pk__in=list(found)).order_by().values_list("pk", "closed_at")
        open_cases = [pk for pk, at in closed if not all(is_settled(email, at) for email in found[pk])]
        return self.filter(pk__in=open_cases)

    def expired(self, at):
        """Return those without activity for the retention period of their topic."""
        periods = [
            Q(topic=topic, last_activity_at__lt=at - timedelta(days=topic.retention_days))
            for topic in Topic.objects.all()
        ]
        return self.filter(Q(*periods, _connector=Q.OR)) if periods else self.none()

    def for_list(self):
        """Load what lists show, without the encrypted fields: lists work even if the key is missing."""
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

    # By hash, as encrypted fields cannot be searched

    def with_token(self, token: str):
        """Return the enquiry with this token, as a queryset of one or none."""
        return self.filter(token_hash=hash_token(token))

    def from_email(self, email: str):
        """Return the enquiries sent from this e-mail address."""
        return self.filter(email_hash__in=keyed_hashes("email", normalise_email_for_hash(email)))

    def with_question(self, question: str):
        """Return those with the same text."""
        return self.filter(question_hash__in=keyed_hashes("question", normalise_text(question)))

    # Creating

    def receive(self, *, key, at, **fields):
        """Save an enquiry, enqueue its e-mails and return it. A known `key` (a double click) returns the first one.

        For suspected spam no e-mail is sent until an officer has marked it as not spam.
        """
        for _attempt in range(5):
            try:
                with transaction.atomic(using=self.db):
                    defaults = {"received_at": at, "last_activity_at": at, "consent_at": at, **fields}
                    enquiry, is_new = self.get_or_create(key=key, defaults=defaults)
                    if is_new and not enquiry.suspicion:
                        enquiry.notify(at)
                    return enquiry
            except IntegrityError:  # the reference is already taken, one in 2³⁵: draw another
                continue
        raise RuntimeError("No free reference was found in five attempts.")


class Enquiry(EnquiryWorkflow, LoggedReads):
    """A visitor's consular question, with a reference. It is not public, so a new one does not change the edition."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        BEING_ANSWERED = "being answered", _("being answered")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    reference = models.CharField(_("reference"), max_length=9, unique=True, default=make_reference, editable=False)
    key = models.CharField(_("idempotency key"), max_length=64, unique=True, editable=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="enquiries", verbose_name=_("topic"))

    # Personal data, encrypted; save() updates the hashes.
    token = EncryptedTextField(_("token"), max_length=64, default=make_token, editable=False)
    name = EncryptedTextField(_("name"), max_length=200)
    email = EncryptedTextField(_("e-mail"), max_length=254)
    phone = EncryptedTextField(_("phone"), max_length=50, blank=True)
    question = EncryptedTextField(_("question"), max_length=MAX_QUESTION_LENGTH)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email_hash = models.CharField(max_length=64, db_index=True, editable=False)
    question_hash = models.CharField(max_length=64, db_index=True, editable=False)

    # State
    consent_at = models.DateTimeField(_("consent given"))
    received_at = models.DateTimeField(_("received"))  # the index consular_suspected begins with it
    visitor_added_at = models.DateTimeField(_("visitor added"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    last_activity_at = models.DateTimeField(_("last activity"), db_index=True, editable=False)
    answer_by = models.DateField(_("reply by"), null=True, db_index=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )
    suspicion = models.CharField(
        _("suspicion"),
        max_length=200,
        blank=True,
        help_text=_("Why this may be spam. An officer decides."),
    )

    objects = EnquiryQuerySet.as_manager()

    PERSONAL = ("name", "email", "phone", "question")

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-received_at", "-pk"]
        indexes = [  # one for each list in the admin, with the columns of its filters
            models.Index(
                fields=["suspicion", "answer_by", "topic", "received_at", "assigned_to"],
                name="consular_waiting",
                condition=UNANSWERED & Q(closed_at=None),
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
        """Return the URL of the visitor's own page, which contains the secret token."""
        return reverse("consular:enquiry", args=[self.token])

    def save(self, *args, **kwargs):
        """Update the hashes, and set the date of the reply from the topic's `answer_days`."""
        self.update_hashes()
        if self.answer_by is None:
            self.answer_by = self.due_after(self.received_at)
        super().save(*args, **kwargs)

    def update_hashes(self) -> None:
        """Compute the hashes from the encrypted fields, with the first key."""
        self.token_hash = hash_token(self.token)
        self.email_hash = keyed_hash("email", normalise_email_for_hash(self.email))
        self.question_hash = keyed_hash("question", normalise_text(self.question))

    @property
    def state(self) -> State:
        """The state, derived from the timestamps."""
        if self.closed_at:
            return self.State.CLOSED
        if self.answered_at and not (self.visitor_added_at and self.visitor_added_at > self.answered_at):
            return self.State.ANSWERED
        return self.State.BEING_ANSWERED if self.assigned_to_id else self.State.RECEIVED

    def due_after(self, at: datetime):
        """Return the date by which a text received at `at` is to be answered."""
        return working_days_after(timezone.localdate(at), self.topic.answer_days, Office.objects.opens_on())

    @property
    def is_unanswered(self) -> bool:
        """Whether the visitor's last text has had no reply."""
        return self.state in (self.State.RECEIVED, self.State.BEING_ANSWERED)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a reply: suspected spam does not."""
        return not self.suspicion and self.is_unanswered

    def is_late(self, day) -> bool:
        """Return whether it is unanswered on this date and was due before. Old rows have no `answer_by`."""
        return self.is_unanswered and self.answer_by is not None and self.answer_by < day

    # E-mails

    @property
    def has_receipt(self) -> bool:
        """Whether a receipt was sent or will be; receipts older than a month are no longer known."""
        return OutboxEmail.objects.filter(kind="enquiry receipt", object_id=self.pk).exists()

    def notify(self, at: datetime, *, is_limited: bool = True) -> None:
        """Enqueue the receipt to the visitor and the notice to the topic's mailbox.

        There is no receipt if many have gone to this address, or to all addresses: a stranger may have entered it.
        A receipt that an officer decided on is not limited.
        """
        if not is_limited or rate_limits.may_send("enquiry receipt", rate_limits.hash_recipient(self.email), at):
            OutboxEmail.objects.enqueue("enquiry receipt", object_id=self.pk, at=at)
        OutboxEmail.objects.enqueue("enquiry received", object_id=self.pk, at=at)

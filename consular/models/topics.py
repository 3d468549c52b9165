"""Topics of enquiries, their common questions (FAQ), and answer templates."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_SEARCH_WORDS, LineField
from versions.models import VersionedChild, VersionedModel, VersionWithChildren, version_records
from versions.querysets import VersionedChildQuerySet, VersionedQuerySet

YEAR = 365  # days


class TopicQuerySet(VersionedQuerySet):
    def public_condition(self, at):
        return Q(shown=True)

    def shown(self):
        """Return the topics that visitors can select."""
        return self.filter(shown=True)


class Topic(VersionedModel):
    """The topic of an enquiry, with the mailbox for its notices, the time to reply and the retention period."""

    name = LineField(_("name"), max_length=100, unique=True, help_text=_("Public name, for example “Lost passport”."))
    sentence = LineField(
        _("sentence"),
        max_length=500,
        blank=True,
        help_text=_("What to know before asking. It may answer the question."),
    )
    search_words = LineField(
        _("search words"),
        max_length=MAX_SEARCH_WORDS,
        blank=True,
        help_text=_("Other words that visitors search for, for example robbed theft. They are not shown."),
    )
    mailbox = models.EmailField(
        _("mailbox"),
        help_text=_(
            "E-mail address of the officers who reply. It is not shown on the site; replies to our e-mails go here."
        ),
    )
    answer_days = models.PositiveSmallIntegerField(
        _("reply within"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Working days of the consular office. Shown to visitors."),
    )
    retention_days = models.PositiveSmallIntegerField(
        _("retention period"),
        default=YEAR,
        validators=[MinValueValidator(1), MaxValueValidator(10 * YEAR)],
        help_text=_("Days after the last activity on an enquiry. Then it is deleted. Shown to visitors."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Sort order (lowest first)."))
    shown = models.BooleanField(_("shown"), default=True, help_text=_("Shown on the form."))

    text_fields = ("name", "sentence")
    unrestored_fields = frozenset({"order", "shown"})  # where it appears
    versioned_children = ("common_questions",)
    objects = TopicQuerySet.as_manager()
    history = version_records(bases=[VersionWithChildren])

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


class CommonQuestion(VersionedChild):
    """A frequently asked question with its answer, shown above the form."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="common_questions", verbose_name=_("topic"))
    question = LineField(_("question"), max_length=200, help_text=_("One sentence, as visitors would ask it."))
    answer = models.TextField(
        _("answer"), max_length=2000, help_text=_("Plain text. Separate paragraphs with a blank line.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Sort order (lowest first)."))

    version_parent = "topic"
    objects = VersionedChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("common question")
        verbose_name_plural = _("common questions")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.question

    def version_text(self):
        return f"{self.question}\n{self.answer}"


class AnswerTemplate(models.Model):
    """A text from which an officer can start a reply."""

    name = LineField(_("name"), max_length=100, unique=True, help_text=_("Internal name."))
    topic = models.ForeignKey(
        Topic,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=_("topic"),
        help_text=_("Offered for enquiries about this topic. Leave empty to offer it for all topics."),
    )
    text = models.TextField(
        _("text"),
        max_length=10_000,
        help_text=_("{name}, {reference} and {officer} are filled in when the template is inserted."),
    )

    class Meta:
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")
        ordering = ["name"]

    def __str__(self):
        return self.name

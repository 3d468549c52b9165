"""Topics: what one may ask about, the answers that spare the question, and the wordings of answers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet
from richtext.plaintext import LineField

A_YEAR = 365  # days


class TopicQuerySet(PublicQuerySet):
    def shown(self):
        """Return the topics that a visitor can choose."""
        return self.filter(shown=True)


class Topic(PublicModel):
    """What an enquiry is about, whose mailbox hears of it, how soon it is answered, and how long it is kept."""

    name = LineField(_("name"), max_length=100, unique=True, help_text=_("As visitors say it: Lost passport."))
    sentence = LineField(
        _("sentence"),
        max_length=500,
        blank=True,
        help_text=_("What to know before asking. It may save the visitor the question."),
    )
    mailbox = models.EmailField(
        _("mailbox"),
        help_text=_("Of the officers who answer. The site never shows it; who replies to our letters writes to it."),
    )
    answer_days = models.PositiveSmallIntegerField(
        _("answer within"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Working days: those on which the consular office opens. Visitors are told so."),
    )
    retention_days = models.PositiveSmallIntegerField(
        _("keep for"),
        default=A_YEAR,
        validators=[MinValueValidator(1), MaxValueValidator(10 * A_YEAR)],
        help_text=_("Days after the last thing that happened to an enquiry. Then it is erased, and the page says so."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Low numbers come first."))
    shown = models.BooleanField(_("shown"), default=True, help_text=_("Visitors can choose it."))

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


class CommonQuestion(PublicModel):
    """What people ask most, with its answer, above the form."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="common_questions", verbose_name=_("topic"))
    question = LineField(_("question"), max_length=200, help_text=_("As people ask it, in one sentence."))
    answer = models.TextField(_("answer"), max_length=2000, help_text=_("Plain text. An empty line parts paragraphs."))
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Low numbers come first."))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("common question")
        verbose_name_plural = _("common questions")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.question


class Template(models.Model):
    """The wording of an answer that is given often, to begin from."""

    name = LineField(_("name"), max_length=100, unique=True, help_text=_("By which officers find it."))
    topic = models.ForeignKey(
        Topic,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=_("topic"),
        help_text=_("Offered for enquiries about this topic; for all where none is chosen."),
    )
    text = models.TextField(
        _("text"), max_length=10_000, help_text=_("{name}, {reference} and {officer} are filled in when it is chosen.")
    )

    class Meta:
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")
        ordering = ["name"]

    def __str__(self):
        return self.name

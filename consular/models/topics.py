"""Topics of enquiries, their common questions (FAQ), and answer templates."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from slugify import slugify

from core.text_fields import MAX_SEARCH_WORDS, LineField
from editions.models import new_edition
from redirects.models import RedirectingModel, RedirectingQuerySet
from versions.models import VersionedChild, VersionedModel, VersionWithChildren, version_records
from versions.querysets import VersionedChildQuerySet, VersionedQuerySet

YEAR = 365  # days
RESERVED_SLUGS = ("enquiry", "sent", "write")  # the other pages below /contact/
RESERVED_SLUG_ERROR = _("“enquiry”, “sent” and “write” are reserved for other pages. Add a word.")


class TopicQuerySet(RedirectingQuerySet, VersionedQuerySet):
    def public_condition(self, at):
        return Q(shown=True)

    def shown(self):
        """Return the topics that visitors can select."""
        return self.filter(shown=True)


class Topic(RedirectingModel, VersionedModel):
    """The topic of an enquiry, with its page, the mailbox for its notices, the time to reply, the retention period."""

    name = LineField(_("name"), max_length=100, unique=True, help_text=_("Public name, for example “Lost passport”."))
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        blank=True,
        validators=[RegexValidator(rf"^(?:{'|'.join(RESERVED_SLUGS)})\Z", RESERVED_SLUG_ERROR, inverse_match=True)],
        help_text=_(
            "Last part of its web address, /contact/…/. Leave empty to derive it from the name. "
            "The old address will redirect."
        ),
    )
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
    shown = models.BooleanField(
        _("shown"), default=True, help_text=_("Shown on the contact page, with a page of its own, and on the form.")
    )

    text_fields = ("name", "sentence")
    unrestored_fields = frozenset({"slug", "order", "shown"})  # where it appears
    redirect_target = "topic"
    versioned_children = ("common_questions",)
    objects = TopicQuerySet.as_manager()
    history = version_records(bases=[VersionWithChildren])

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(slug__in=("", *RESERVED_SLUGS)),
                name="consular_topic_slug_is_free",
                violation_error_message=RESERVED_SLUG_ERROR,
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("consular:topic", args=[self.slug])

    @property
    def write_url(self):
        """The URL of the form with this topic chosen."""
        return reverse("consular:write", query={"topic": self.slug})

    def clean(self):
        """Derive the slug before the constraints are checked."""
        self.slug = self.slug or self.free_slug()

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            if not self.slug:
                self.slug = self.free_slug()
                if kwargs.get("update_fields") is not None:
                    kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
            super().save(*args, **kwargs)

    save.alters_data = True

    def free_slug(self) -> str:
        """Return a slug derived from the name that neither another topic nor another page has."""
        stem = slugify(self.name, max_length=70, word_boundary=True) or "topic"
        others = Topic.objects.exclude(pk=self.pk).filter(slug__startswith=stem)
        taken = {*RESERVED_SLUGS, *others.values_list("slug", flat=True)}
        number = 1
        while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
            number += 1
        return slug


class CommonQuestion(VersionedChild):
    """A frequently asked question with its answer, shown on the contact page and on that of its topic."""

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

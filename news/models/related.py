"""The field of a message with its related messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import PlainTextField
from news.related import normalise_related, validate_related


class RelatedMessagesMixin(models.Model):
    """The related messages that staff have chosen: their paths, one a line."""

    related = PlainTextField(
        _("related messages"),
        max_length=2_000,
        blank=True,
        validators=[validate_related],
        help_text=_(
            "Up to five messages, one a line: the web address, or words by which a search finds only that one. "
            "Shown below the text in this order."
        ),
    )

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        self.related = normalise_related(self.related)
        super().clean_fields(exclude=exclude)

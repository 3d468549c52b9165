"""Attachments: PDFs that come with a message, and are as public as it is (`embassy.media`)."""

from __future__ import annotations

import re
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet
from news.pdf import PdfField
from richtext.plaintext import LineField

UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\\/:*?"<>|]+')  # for a name of a file


class AttachmentQuerySet(PublicQuerySet):
    deciding = frozenset({"message", "message_id"})

    def seen(self):
        return self.filter(message__approved_at__isnull=False)

    def download_name(self, file: str) -> str:
        """Return the name under which a visitor keeps the file of this name in the storage; empty for none of ours."""
        attachment = self.filter(file=file).first()
        return attachment.download_name if attachment else ""


class Attachment(PublicModel):
    """A PDF that comes with a message: its programme, its text as signed."""

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="attachments", verbose_name=_("message"))
    file = PdfField(_("PDF"), help_text=_("At most 25 MB. It is public as soon as the message is, and no sooner."))
    name = LineField(
        _("name"),
        max_length=150,
        blank=True,
        help_text=_("As the public reads it: Programme of the visit. Empty: the file's own name."),
    )
    size = models.PositiveIntegerField(_("size"), editable=False)  # bytes
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("0 first."))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["file"], name="news_attachment_file")]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="news_attachment_has_name")]

    def __str__(self):
        return self.name

    def is_seen(self):
        return self.message.is_seen()

    def clean(self):
        self.set_size_and_name()
        if not self.name:
            raise ValidationError({"name": _("Say what it is: Programme of the visit.")})

    def save(self, *args, **kwargs):
        self.set_size_and_name()
        super().save(*args, **kwargs)

    save.alters_data = True

    def set_size_and_name(self) -> None:
        """Settle what a new file tells: its size, and a name where none is given."""
        self.name = " ".join(self.name.split())
        if self.file and not self.file._committed:
            self.size = self.file.size
            self.name = self.name or name_of(self.file.name)

    @property
    def download_name(self) -> str:
        """Return the name of the file that a visitor keeps."""
        return f"{' '.join(UNFIT.sub(' ', self.name).split()).removesuffix('.pdf') or 'attachment'}.pdf"


def name_of(file: str) -> str:
    """Return a name for people made of a file's: programme_of-the_visit.PDF becomes programme of-the visit."""
    words = PurePath(file).stem.replace("_", " ").split()
    return " ".join(words)[:150] or "PDF"

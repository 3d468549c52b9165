"""Attachments: PDF files of a message, public exactly when the message is."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text_fields import LineField
from editions.models import PublicModel, PublicQuerySet, new_edition
from news.models.workflow_log import WorkflowLogEntry
from news.pdf import PdfField
from versions.models import VersionInfo

UNSAFE_IN_FILE_NAMES = re.compile(
    r'[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\\/:*?"<>|]+'
)  # in file names


class AttachmentQuerySet(PublicQuerySet):
    deciding = frozenset({"message", "message_id"})

    def seen(self):
        return self.filter(message__approved_at__isnull=False)

    # Changes by a program to the attachments of approved messages are logged. Staff change those of a revision.

    def update(self, **kwargs):
        with new_edition(self._db):
            moved = {getattr(kwargs.get("message"), "pk", None) or kwargs.get("message_id")} - {None}
            with logged_versions(self.message_ids() | moved):
                return super().update(**kwargs)

    update.alters_data = True

    def delete(self):
        with new_edition(self._db):
            with logged_versions(self.message_ids()):
                return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        with logged_versions({row.message_id for row in objs}):
            return super().bulk_create(objs, *args, **kwargs)

    def message_ids(self) -> set[int]:
        """Return the ids of the messages that have these attachments."""
        return set(self.order_by().values_list("message_id", flat=True))

    def copy(self, source, target) -> None:
        """Replace the attachments of `target` by those of `source`: part of a step, which has its own log entry.

        Both refer to the same files.
        """
        super(AttachmentQuerySet, self.filter(message=target)).delete()
        super().bulk_create(
            self.model(message=target, file=row.file.name, name=row.name, size=row.size, order=row.order)
            for row in self.filter(message=source).order_by("order", "id")
        )

    def download_name(self, file: str) -> str:
        """Return the download name of a file in the storage; "" where no attachment has this file."""
        attachment = self.filter(file=file).first()
        return attachment.download_name if attachment else ""


class Attachment(PublicModel):
    """A PDF file that belongs to a message, for example a programme or a signed text."""

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="attachments", verbose_name=_("message"))
    file = PdfField(_("PDF"), help_text=_("Maximum 25 MB. It becomes public together with the message."))
    name = LineField(
        _("name"),
        max_length=150,
        blank=True,
        help_text=_("Public name, for example “Programme of the visit”. If empty, the file name is used."),
    )
    size = models.PositiveIntegerField(_("size"), editable=False)  # bytes
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Lowest first."))

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
            raise ValidationError({"name": _("Enter a name, for example “Programme of the visit”.")})

    def save(self, *args, **kwargs):
        self.set_size_and_name()
        with new_edition(kwargs.get("using")):
            stored = type(self).objects.filter(pk=self.pk).values_list("message_id", flat=True) if self.pk else ()
            with logged_versions({self.message_id, *stored}):
                super().save(*args, **kwargs)

    save.alters_data = True

    def delete(self, *args, **kwargs):
        with logged_versions({self.message_id}):
            return super().delete(*args, **kwargs)

    delete.alters_data = True

    def set_size_and_name(self) -> None:
        """Set the size of a new file, and a name where none was entered."""
        self.name = " ".join(self.name.split())
        if self.file and not self.file._committed:
            self.size = self.file.size
            self.name = self.name or name_from_file(self.file.name)

    @property
    def download_name(self) -> str:
        """Return the file name that a browser suggests for the download."""
        return f"{' '.join(UNSAFE_IN_FILE_NAMES.sub(' ', self.name).split()).removesuffix('.pdf') or 'attachment'}.pdf"


@contextmanager
def logged_versions(messages: set[int]):
    """Save a version of each approved message among these whose attachments a program changes inside; log it."""
    at, model = timezone.now(), Attachment._meta.get_field("message").related_model
    with new_edition():
        changed = list(model.objects.filter(pk__in=messages, approved_at__isnull=False).order_by("pk"))
        for message in changed:
            message.ensure_version()
        yield
        for message in changed:
            message.history.model.objects.bulk_create([message.build_version(VersionInfo(at))])
        WorkflowLogEntry.objects.bulk_create(
            WorkflowLogEntry(
                message=message, kind=WorkflowLogEntry.Kind.ATTACHED, at=at, reason=gettext("By a program.")
            )
            for message in changed
        )


def name_from_file(file: str) -> str:
    """Return a readable name: `programme_of-the visit.PDF` gives “programme of-the visit”."""
    words = PurePath(file).stem.replace("_", " ").split()
    return " ".join(words)[:150] or "PDF"

"""The pictures in the texts, and which text has which."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet, judged, new_edition
from richtext.pictures import PictureField

SOURCE = re.compile(r'<img src="([^"]*)"')  # as the cleaner writes it


class Image(PublicModel):
    """A picture that a member of staff has put into a text. The public sees it while such a text is public."""

    file = PictureField(_("file"), width_field="width", height_field="height")
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # it came with an archive
        related_name="+",
        verbose_name=_("uploaded by"),
    )

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("picture in a text")
        verbose_name_plural = _("pictures in texts")
        indexes = [models.Index(fields=["file"], name="richtext_image_file")]

    def __str__(self):
        return self.file.name.rpartition("/")[2]

    def is_seen(self):
        return not self._state.adding  # no text has it yet


class IllustratedQuerySet(PublicQuerySet):
    """Texts with pictures in them. However a body is written, the pictures in it are noted with it."""

    def with_picture(self, names: Iterable[str]):
        """Return the texts that have one of the pictures of these names in their body."""
        return self.filter(pictures__file__in=names)

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        with judged(self._db, any(text.is_seen() for text in objs)):
            made = super().bulk_create(objs, *args, **kwargs)
            for text in made:
                if pictures_in(text.body):
                    text.note_pictures()
            return made

    def update(self, **kwargs):
        if "body" not in kwargs:
            return super().update(**kwargs)
        with new_edition(self._db):
            changed = list(self.values_list("pk", flat=True))
            count = super().update(**kwargs)  # which judges whether the public sees it: the pictures follow
            with judged(self._db, False):
                for text in self.model.objects.using(self.db).filter(pk__in=changed).only("body"):
                    text.note_pictures()
            return count

    update.alters_data = True


class Illustrated(PublicModel):
    """A text with pictures in it. Which ones is noted beside it, so that a picture's address can ask who shows it."""

    pictures = models.ManyToManyField(Image, blank=True, editable=False, related_name="+")

    objects = IllustratedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            super().save(*args, **kwargs)  # which judges whether the public sees it: the pictures follow
            if kwargs.get("update_fields") is None or "body" in kwargs["update_fields"]:
                with judged(kwargs.get("using"), False):
                    self.note_pictures()

    save.alters_data = True

    def note_pictures(self) -> None:
        """Note the pictures that the body has now."""
        names = pictures_in(self.body)
        found = Image.objects.filter(file__in=names) if names else Image.objects.none()
        self.pictures.set(found)

    note_pictures.alters_data = True


def pictures_in(html: str) -> set[str]:
    """Return the names, in the storage, of the pictures in a clean text."""
    addresses = (re.split("[?#]", unescape(source))[0] for source in SOURCE.findall(html))
    return {unquote(address.removeprefix(settings.MEDIA_URL)) for address in addresses}

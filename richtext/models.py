"""Images in texts, and the relation of texts to their images."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet, decided_write, new_edition
from richtext.images import SafeImageField

IMAGE_SOURCE = re.compile(r'<img src="([^"]*)"')  # as the sanitiser writes it


class Image(PublicModel):
    """An image in the body of a text. It is public while such a text is public."""

    file = SafeImageField(_("file"), width_field="width", height_field="height")
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # imported
        related_name="+",
        verbose_name=_("uploaded by"),
    )

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("image in a text")
        verbose_name_plural = _("images in texts")
        indexes = [models.Index(fields=["file"], name="richtext_image_file")]

    def __str__(self):
        return self.file.name.rpartition("/")[2]

    def is_seen(self):
        return not self._state.adding  # no text has it yet


class TextWithImagesQuerySet(PublicQuerySet):
    """Texts with images. Every way of writing a body updates the relation to its images."""

    def with_picture(self, names: Iterable[str]):
        """Return the texts with one of these image files in the body."""
        return self.filter(pictures__file__in=names)

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        with decided_write(self._db, any(text.is_seen() for text in objs)):
            created = super().bulk_create(objs, *args, **kwargs)
            for text in created:
                if image_names_in(text.body):
                    text.update_images()
            return created

    def update(self, **kwargs):
        if "body" not in kwargs:
            return super().update(**kwargs)
        with new_edition(self._db):
            changed = list(self.values_list("pk", flat=True))
            count = super().update(**kwargs)  # decides about the new edition; the images follow
            with decided_write(self._db, False):
                for text in self.model.objects.using(self.db).filter(pk__in=changed).only("body"):
                    text.update_images()
            return count

    update.alters_data = True


class TextWithImages(PublicModel):
    """A text with images. The relation to its images shows whether an image is public."""

    pictures = models.ManyToManyField(Image, blank=True, editable=False, related_name="+")

    objects = TextWithImagesQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            super().save(*args, **kwargs)  # decides about the new edition; the images follow
            if kwargs.get("update_fields") is None or "body" in kwargs["update_fields"]:
                with decided_write(kwargs.get("using"), False):
                    self.update_images()

    save.alters_data = True

    def update_images(self) -> None:
        names = image_names_in(self.body)
        self.pictures.set(Image.objects.filter(file__in=names) if names else Image.objects.none())

    update_images.alters_data = True


def image_names_in(html: str) -> set[str]:
    """Return the storage names of the images in a sanitised text."""
    urls = (re.split("[?#]", unescape(source))[0] for source in IMAGE_SOURCE.findall(html))
    return {unquote(url.removeprefix(settings.MEDIA_URL)) for url in urls}

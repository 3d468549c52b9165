"""The library of images, and the relation of texts to their images."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import LineField, PlainTextField
from editions.models import PublicModel, PublicQuerySet, decided_write, new_edition
from richtext.image_library import LibraryQuerySet, search_text, uploaded_name
from richtext.images import SafeImageField
from richtext.sanitize.tokens import TOKEN, attributes_of


class Image(PublicModel):
    """An image of the library. It is public while a public text shows it.

    Alternative text and credit are defaults: each use keeps its own.
    """

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
    name = LineField(
        _("name"), max_length=200, blank=True, help_text=_("The name of the file that was uploaded, or a better one.")
    )
    alt = LineField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the image shows. A message that uses the image starts with this text and keeps its own."),
    )
    credit = LineField(_("credit"), max_length=200, blank=True, help_text=_("Photo credit, shown below the image."))
    rights = LineField(
        _("licence and rights"),
        max_length=300,
        blank=True,
        help_text=_("Who may use the image for what, for example “CC BY 4.0” or “Agency X, until the end of 2027”."),
    )
    taken_on = models.DateField(_("taken on"), null=True, blank=True)
    shared = models.BooleanField(_("shared"), default=False, editable=False)  # see LibraryQuerySet.visible_to
    search_text = PlainTextField(max_length=2_000, editable=False, blank=True)

    unseen = frozenset({"name", "alt", "credit", "rights", "taken_on", "shared", "search_text"})
    objects = LibraryQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("image")
        verbose_name_plural = _("images")
        indexes = [models.Index(fields=["file"], name="richtext_image_file")]

    def __str__(self):
        return self.name or self.file.name.rpartition("/")[2]

    def is_seen(self):
        return not self._state.adding  # no text has it yet

    def save(self, *args, **kwargs):
        if self.file and not self.file._committed:
            self.name = self.name or uploaded_name(self.file)
            self.taken_on = self.taken_on or getattr(self.file._file, "taken_on", None)
        self.search_text = search_text(self)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(*args, **kwargs)

    save.alters_data = True


class Original(models.Model):
    """The file that an image was made from, as the camera wrote it. It is private, and is never changed.

    Copies of it are public where a text offers them: see `richtext/press_copies.py`.
    """

    image = models.OneToOneField(Image, models.CASCADE, related_name="original", verbose_name=_("image"))
    file = models.FileField(_("file"), upload_to="originals/%y/%m/")
    kind = models.CharField(_("format"), max_length=4, choices=[(kind, kind) for kind in ("JPEG", "PNG", "WEBP")])
    width = models.PositiveIntegerField(_("width"))  # of the upright image
    height = models.PositiveIntegerField(_("height"))
    orientation = models.PositiveSmallIntegerField(_("orientation"))  # Exif: 1 to 8
    size = models.PositiveIntegerField(_("size"))  # bytes

    class Meta:
        verbose_name = _("original")
        verbose_name_plural = _("originals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(orientation__gte=1, orientation__lte=8), name="richtext_original_orientation"
            )
        ]

    def __str__(self):
        return f"{self.kind}, {self.width} × {self.height}"


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
                if image_descriptions_in(text.body):
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
        described = image_descriptions_in(self.body)
        self.pictures.set(Image.objects.filter(file__in=described) if described else Image.objects.none())
        if described:
            Image.objects.fill_defaults({name: {"alt": alt} for name, alt in described.items()})

    update_images.alters_data = True


def image_descriptions_in(html: str) -> dict[str, str]:
    """Return the storage names of the images in a sanitised text, each with its alternative text."""
    images = (attributes_of(token[0]) for token in TOKEN.finditer(html) if token[2] == "img") if "<img" in html else ()
    urls = ((re.split("[?#]", each.get("src", ""))[0], each.get("alt", "")) for each in images)
    return {unquote(url.removeprefix(settings.MEDIA_URL)): alt for url, alt in urls if url}

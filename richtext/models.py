"""The pictures in the texts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel
from richtext.pictures import PictureField


class Image(PublicModel):
    """A picture that a member of staff has put into a text."""

    file = PictureField(_("file"), width_field="width", height_field="height")
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("uploaded by"),
    )

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("picture in a text")
        verbose_name_plural = _("pictures in texts")

    def __str__(self):
        return self.file.name.rpartition("/")[2]

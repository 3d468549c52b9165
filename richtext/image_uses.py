"""Uses of images: each app registers its texts, and says which of them a member of staff may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

MAX_LISTED = 300  # uses that a page of the library lists


class ImageUse(NamedTuple):
    """A text that shows an image: its title, the URL of its form, and where in the text."""

    title: str
    url: str
    where: str


class TextModel(NamedTuple):
    """A model of texts with images: `TextWithImages`."""

    model: Any
    title: str  # the field that names a text
    lead_field: str  # the field of its lead image; "" without one
    visible_to: Callable[[Any, Any, datetime], Any]  # given its rows, a user and a time: the rows the user may see

    def showing(self, rows) -> Q:
        """Return the condition that one of these rows shows an image."""
        found = Q(Exists(rows.filter(pictures=OuterRef("pk")).order_by()))
        if self.lead_field:  # an index of the rows with a lead image finds it
            lead = {f"{self.lead_field}_width__isnull": False, self.lead_field: OuterRef("file")}
            found |= Q(Exists(rows.filter(**lead).order_by()))
        return found

    def showing_any(self, rows, images) -> list[tuple[Any, str]]:
        """Return the queries for the uses of some images: rows (key of the image, id, title), and where they are."""
        columns = ("pk", self.title)
        queries = [(rows.filter(pictures__in=images).values_list("pictures", *columns), _("in the text"))]
        if self.lead_field:
            names = [image.file.name for image in images]
            lead = rows.filter(**{f"{self.lead_field}_width__isnull": False, f"{self.lead_field}__in": names})
            queries.append((lead.values_list(self.lead_field, *columns), _("lead image")))
        return queries

    def opens_for(self, user) -> bool:
        """Return whether a user has the permission to open these texts."""
        label, name = self.model._meta.app_label, self.model._meta.model_name
        return user.has_perm(f"{label}.view_{name}") or user.has_perm(f"{label}.change_{name}")


_texts: list[TextModel] = []


def register_texts(model, *, title: str, lead_field: str = "", visible_to=lambda rows, user, at: rows) -> None:
    """Register a model of texts with images, in `AppConfig.ready`."""
    _texts.append(TextModel(model, title, lead_field, visible_to))


def is_used() -> Q:
    """Return the condition that a text shows an image."""
    return _any_of(text.showing(text.model.objects.all()) for text in _texts)


def is_used_visibly(user, at: datetime) -> Q:
    """Return the condition that a text that `user` may see shows an image."""
    return _any_of(text.showing(text.visible_to(text.model.objects.all(), user, at)) for text in _texts)


def _any_of(conditions) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def uses_of(images: list, user, at: datetime) -> dict[int, list[ImageUse]]:
    """Return the uses of images by id, newest texts first, among the texts that `user` may open."""
    found: defaultdict[int, list[ImageUse]] = defaultdict(list)
    ids = {image.file.name: image.pk for image in images}
    for text in [text for text in _texts if images and text.opens_for(user)]:
        opts = text.model._meta
        rows = text.visible_to(text.model.objects.all(), user, at).order_by("-pk")
        for query, where in text.showing_any(rows, images):
            for key, pk, title in query[:MAX_LISTED]:
                url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[pk])
                found[ids.get(key, key)].append(ImageUse(title, url, where))
    return found


def is_shown_by_versions(image) -> bool:
    """Return whether an earlier version of a text shows an image: it could be restored, and must be complete."""
    for text in _texts:
        shows = models.Q(body__contains=image.file.name)
        if text.lead_field:
            shows |= models.Q(**{text.lead_field: image.file.name})
        if text.model.history.filter(shows, history_date__gte=image.uploaded_at).exists():
            return True
    return False

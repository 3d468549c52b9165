"""The library's queryset: images by who may see them, by words, and the defaults that each use leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from core.folded_search import fold_case
from core.text_fields import clean_line
from editions.models import PublicQuerySet, decided_write
from richtext import image_uses

SEARCHED = ("name", "alt", "credit")
MAX_WORDS = 8  # of a search


class LibraryQuerySet(PublicQuerySet):
    """Images of the library."""

    def visible_to(self, user, at: datetime):
        """Return the images that `user` may see at `at`.

        An image of a limited draft is hidden like the draft. One that no text shows yet is its uploader's, unless it
        is shared: it was put in the library itself, or shown by a text that all can see.
        """
        if user.is_active and user.is_superuser:
            return self.all()
        is_own = Q(shared=True) | Q(uploaded_by=user.pk) | Q(uploaded_by__isnull=True)
        return self.filter(image_uses.is_used_visibly(user, at) | (~image_uses.is_used() & is_own))

    def usable_by(self, user, at: datetime):
        """Return the images that `user` may put in a text: visible ones, and own ones without the permission to see
        the library."""
        rows = self.visible_to(user, at)
        return rows if user.has_perm("richtext.view_image") else rows.filter(uploaded_by=user.pk)

    def matching(self, text: str):
        """Return the images with every word of `text` in name, alternative text or credit, whatever its case."""
        rows = self
        for word in clean_line(text).split()[:MAX_WORDS]:
            rows = rows.filter(search_text__contains=fold_case(word))
        return rows

    # Writes below change what staff see, and no public page.

    def register(self, rows: Iterable, field: str, *, at: datetime, by=None, names: dict[str, str] | None = None):
        """Add the images in an image field of `rows` that the library lacks; `names` has the uploaded ones' names."""
        found = {getattr(row, field).name: getattr(row, field) for row in rows if getattr(row, field)}
        known = set(self.filter(file__in=found).values_list("file", flat=True)) if found else set()
        added = [
            self.model(
                file=name,
                name=(names or {}).get(name, ""),
                width=getattr(file.instance, f"{field}_width"),
                height=getattr(file.instance, f"{field}_height"),
                uploaded_at=at,
                uploaded_by=by,
            )
            for name, file in found.items()
            if name not in known
        ]
        for image in added:
            image.search_text = search_text(image)
        if added:
            with decided_write(self._db, False):
                super().bulk_create(added)

    register.alters_data = True

    def fill_defaults(self, described: dict[str, dict[str, str]]) -> None:
        """Give the images with these file names the texts that they lack."""
        with decided_write(self._db, False):
            for image in self.filter(Q(alt="") | Q(credit="") | Q(rights=""), file__in=described):
                texts = described[image.file.name]
                if missing := {name: text for name, text in texts.items() if text and not getattr(image, name)}:
                    for name, text in missing.items():
                        setattr(image, name, text[: image._meta.get_field(name).max_length])
                    image.save(update_fields=list(missing))

    fill_defaults.alters_data = True

    def share(self) -> None:
        """Show these images to all who may see the library, also once no text shows them."""
        with decided_write(self._db, False):
            super().filter(shared=False).update(shared=True)

    share.alters_data = True


def search_text(image) -> str:
    """Return the text of an image that `matching` searches."""
    return fold_case("\n".join(getattr(image, name) for name in SEARCHED))


def uploaded_name(file) -> str:
    """Return the name of the file that was uploaded into an image field, before it is saved."""
    content = file._file
    name = getattr(content, "original_name", "") or str(getattr(content, "name", "") or "").rpartition("/")[2]
    return clean_line(name)[:200]

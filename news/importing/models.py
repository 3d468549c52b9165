"""What was imported once. (`news.models` names it, so that Django finds it.)"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models


class ImportedQuerySet(models.QuerySet):
    def unknown(self, digests: Iterable[bytes]) -> list[bytes]:
        """Return those of the digests that were never imported, each once, in their order."""
        digests = dict.fromkeys(digests)
        for digest in self.filter(pk__in=digests).values_list("pk", flat=True):
            del digests[bytes(digest)]
        return list(digests)

    def remember(self, digests: Iterable[bytes]) -> None:
        """Keep that these were imported."""
        self.bulk_create([self.model(pk=digest) for digest in digests])


class Imported(models.Model):
    """What was imported once, by its digest: it isn't imported again, whatever has become of it since.

    So an import can be stopped and repeated, and what staff have edited or deleted meanwhile stays as they left it.
    """

    digest = models.BinaryField(max_length=16, primary_key=True)

    objects = ImportedQuerySet.as_manager()

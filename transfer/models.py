"""Digests of imported messages, so that an import can be repeated. (Imported by `news.models` for Django.)"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models


class ImportedDigestQuerySet(models.QuerySet):
    def unknown(self, digests: Iterable[bytes]) -> list[bytes]:
        """Return the digests that were never imported, without duplicates, in order."""
        digests = dict.fromkeys(digests)
        for digest in self.filter(pk__in=digests).values_list("pk", flat=True):
            del digests[bytes(digest)]
        return list(digests)

    def remember(self, digests: Iterable[bytes]) -> None:
        self.bulk_create([self.model(pk=digest) for digest in digests])


class ImportedDigest(models.Model):
    """The digest of an imported message, which is never imported again.

    So an import can be stopped and repeated without undoing later changes by staff.
    """

    digest = models.BinaryField(max_length=16, primary_key=True)

    objects = ImportedDigestQuerySet.as_manager()

"""Key rotation: everything encrypted is encrypted again with the first of ENQUIRY_KEYS, while the site is in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from consular.encryption import DecryptionError, decrypt, encrypted_fields, is_encrypted_with_first_key

BATCH_SIZE = 100  # rows in a transaction


@dataclass
class RotationProgress:
    """Progress of a rotation; `closed` lists the rows that no key decrypts."""

    seen: int = 0
    renewed: int = 0
    closed: list[str] = field(default_factory=list)


def rotate_keys() -> Iterator[RotationProgress]:
    """Encrypt everything with the first key and renew the hashes made with it; yield the progress after each batch.

    Rows that are done already are only read, so a rotation that was stopped can be run again.
    """
    done = RotationProgress()
    for model in encrypted_models():
        for rows in read_in_batches(model):
            with transaction.atomic():
                # Read again under a lock, so that a change made since is not overwritten.
                locked = with_ciphertexts(model).filter(pk__in=[row.pk for row in rows])
                for row in locked.select_for_update(of=("self",)):
                    done.seen += 1
                    try:
                        done.renewed += reencrypt(row)
                    except DecryptionError:
                        done.closed.append(f"{model._meta.verbose_name} {row.pk}")
            yield done


def reencrypt(row: models.Model) -> bool:
    """Encrypt a row with the first key if needed; return whether it was."""
    names, hashes = encrypted_fields(type(row)), hash_fields(type(row))
    old_hashes = [getattr(row, name) for name in hashes]
    for name in names:
        setattr(row, name, decrypt(getattr(row, ciphertext_name(name))))
    if hashes:
        row.update_hashes()
    if uses_first_key(row) and old_hashes == [getattr(row, name) for name in hashes]:
        return False
    row.save(update_fields=[*names, *hashes])
    return True


def count_not_rotated() -> int:
    """Return the number of rows that the first key alone does not decrypt: until it is 0, older keys are needed."""
    return sum(
        not uses_first_key(row) for model in encrypted_models() for rows in read_in_batches(model) for row in rows
    )


# Rows with their ciphertext


def encrypted_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if encrypted_fields(model)]


def hash_fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name.endswith("_hash")]


def with_ciphertexts(model: type[models.Model]):
    """Return a model's rows with the ciphertext of each encrypted field as an annotation."""
    names = encrypted_fields(model)
    ciphertexts = {ciphertext_name(name): Cast(name, models.TextField()) for name in names}
    return model._default_manager.defer(*names).annotate(**ciphertexts).order_by("pk")


def ciphertext_name(name: str) -> str:
    """Return the name of the annotation with the ciphertext of a field."""
    return f"ciphertext_{name}"


def uses_first_key(row: models.Model) -> bool:
    return all(is_encrypted_with_first_key(getattr(row, ciphertext_name(name))) for name in encrypted_fields(type(row)))


def read_in_batches(model: type[models.Model]) -> Iterator[list[models.Model]]:
    """Yield a model's rows in batches, each read by a query of its own: no long transaction."""
    last = 0
    while rows := list(with_ciphertexts(model).filter(pk__gt=last)[:BATCH_SIZE]):
        yield rows
        last = rows[-1].pk

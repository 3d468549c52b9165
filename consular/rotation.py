"""Key rotation: everything encrypted is encrypted again with the first of ENQUIRY_KEYS, while the site is in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from consular.sealed import WrongKey, is_sealed_anew, sealed_fields, unseal

A_BATCH = 100  # rows in a transaction


@dataclass
class Rotation:
    """Progress of a rotation; `closed` lists the rows that no key decrypts."""

    seen: int = 0
    renewed: int = 0
    closed: list[str] = field(default_factory=list)


def rotate() -> Iterator[Rotation]:
    """Encrypt everything with the first key and renew the hashes made with it; yield the progress after each batch.

    Rows that are done already are only read, so a rotation that was stopped can be run again.
    """
    done = Rotation()
    for model in sealed_models():
        for rows in batches(model):
            with transaction.atomic():
                # Read again under a lock, so that a change made since is not overwritten.
                locked = as_kept(model).filter(pk__in=[row.pk for row in rows])
                for row in locked.select_for_update(of=("self",)):
                    done.seen += 1
                    try:
                        done.renewed += renew(row)
                    except WrongKey:
                        done.closed.append(f"{model._meta.verbose_name} {row.pk}")
            yield done


def renew(row: models.Model) -> bool:
    """Encrypt a row with the first key if needed; return whether it was."""
    names, hashes = sealed_fields(type(row)), hash_fields(type(row))
    old_hashes = [getattr(row, name) for name in hashes]
    for name in names:
        setattr(row, name, unseal(getattr(row, as_it_is(name))))
    if hashes:
        row.update_hashes()
    if is_anew(row) and old_hashes == [getattr(row, name) for name in hashes]:
        return False
    row.save(update_fields=[*names, *hashes])
    return True


def left() -> int:
    """Return the number of rows that the first key alone does not decrypt: until it is 0, older keys are needed."""
    return sum(not is_anew(row) for model in sealed_models() for rows in batches(model) for row in rows)


# Rows with their ciphertext


def sealed_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if sealed_fields(model)]


def hash_fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name.endswith("_hash")]


def as_kept(model: type[models.Model]):
    """Return a model's rows with the ciphertext of each encrypted field as an annotation."""
    names = sealed_fields(model)
    ciphertexts = {as_it_is(name): Cast(name, models.TextField()) for name in names}
    return model._default_manager.defer(*names).annotate(**ciphertexts).order_by("pk")


def as_it_is(name: str) -> str:
    """Return the name of the annotation with the ciphertext of a field."""
    return f"ciphertext_{name}"


def is_anew(row: models.Model) -> bool:
    return all(is_sealed_anew(getattr(row, as_it_is(name))) for name in sealed_fields(type(row)))


def batches(model: type[models.Model]) -> Iterator[list[models.Model]]:
    """Yield a model's rows in batches, each read by a query of its own: no long transaction."""
    last = 0
    while rows := list(as_kept(model).filter(pk__gt=last)[:A_BATCH]):
        yield rows
        last = rows[-1].pk

"""Registry of files: an app registers its rows that have files, and a file is as public as the rows it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet


class FileOwner(NamedTuple):
    """The rules of an app for its files."""

    public_rows: Callable[[str, datetime], Iterable[QuerySet]]  # given a file's name and a time
    permissions: tuple[str, ...]  # any of them lets staff see files that are not public
    download_name: Callable[[str], str]  # "" for a file that is displayed, not saved
    is_hidden: Callable[..., bool]  # given a file's name, a user and a time: whether this user may not see its rows
    create: Callable[[str], None]  # creates a missing file that can be derived from others


_owners: list[FileOwner] = []


def register_files(
    public_rows,
    *permissions: str,
    download_name=lambda name: "",
    is_hidden=lambda name, user, at: False,
    create=lambda name: None,
) -> None:
    """Register an app's files, in its `AppConfig.ready`."""
    _owners.append(FileOwner(public_rows, permissions, download_name, is_hidden, create))


def is_public(name: str, at: datetime) -> bool:
    """Return whether a public row has this file: one query, each part of which uses an index."""
    rows = [rows for owner in _owners for rows in owner.public_rows(name, at)]
    first, *others = (each.order_by().values_list("pk") for each in rows)
    return first.union(*others, all=True).exists()


def can_view_unpublished(user, name: str, at: datetime) -> bool:
    """Return whether a member of staff can see a file that is not public: no app hides it from them."""
    permissions = ("richtext.add_image", *(each for owner in _owners for each in owner.permissions))
    is_allowed = user.is_active and user.is_staff and any(map(user.has_perm, permissions))
    return is_allowed and not any(owner.is_hidden(name, user, at) for owner in _owners)


def download_name(name: str) -> str:
    """Return the name under which a file is saved; "" for a file that is displayed."""
    return next(filter(None, (owner.download_name(name) for owner in _owners)), "")


def create_missing(name: str) -> None:
    """Create a file that is not stored yet, if an app can derive it from other files."""
    for owner in _owners:
        owner.create(name)

"""The key that a backup is sealed with: a passphrase in BACKUP_KEY, or a file that holds one. Never an argument."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from backups import Refused

SHORTEST, LONGEST = 16, 4_096  # bytes


def the_key(key_file: str | None) -> bytes | None:
    """Return the key that was given, a file's before the environment's; None where none was."""
    if key_file:
        try:
            with Path(key_file).open("rb") as file:
                key, where = file.read(LONGEST + 1).strip(), key_file
        except OSError as error:
            words = _("The key file %(file)s can't be read: %(why)s.")
            raise Refused(words % {"file": key_file, "why": error.strerror}) from error
    else:
        key, where = settings.BACKUP_KEY.strip().encode(), "BACKUP_KEY"
        if not key:
            return None
    if not SHORTEST <= len(key) <= LONGEST:
        words = _(
            "The key in %(where)s is too short or too long: it has from %(least)d to %(most)d characters, as this "
            "makes one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
        raise Refused(words % {"where": where, "least": SHORTEST, "most": LONGEST})
    return key

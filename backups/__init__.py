"""Backups: the whole site (database and media) in one encrypted file, and the restore, on either database.

`taking` creates a backup, `restoring` reads one into an empty site. `archive` is the tar file, `contents` its layout,
`sealing` the encryption; `tables` serialises rows, `snapshot` reads the database as of one time, and `files` walks the
media. docs/operators/backups.md is the manual.
"""


class BackupError(Exception):
    """Why a backup or a restore cannot be done, and how the operator can solve it, as one sentence."""

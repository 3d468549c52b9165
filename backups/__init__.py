"""Backups: the whole site in one file, and back again, on either database. docs/backup.md tells how.

`taking` makes a file and `restoring` reads it into an empty site. `archive` is the file's form and `contents` what
stands in it, in which order; `sealing` is encryption. `tables` says which rows are carried and how they are written,
`snapshot` reads all of them as of one moment, and `files` walks the media.
"""


class Refused(Exception):
    """A sentence for the operator: what is in the way of a backup or a restore, and what to do about it."""

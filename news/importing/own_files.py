"""The files that a message of an archive has of its own: its picture and its attachments, out of the folder given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.files import File
from django.db.models import Model
from django.utils.translation import gettext as _

from news import pdf
from news.importing.lines import Line
from news.importing.rules import Fault, Picture, shown
from news.models import Attachment, Message
from richtext.handover import address
from richtext.pictures import looked_at

if TYPE_CHECKING:
    from news.importing.pictures import Folder


class OwnFiles(NamedTuple):
    """What a message has of its own, kept on this site: rows that want nothing but their message."""

    picture: dict[str, Any] = {}  # the message's fields
    attachments: tuple[Attachment, ...] = ()
    addresses: dict[str, str] = {}  # of attachments that a text may link: at the old site, and here

    def relinked(self, body: str) -> str:
        """Return a body whose links to these files lead to those that are kept here."""
        for there, here in self.addresses.items():
            body = body.replace(f'href="{escape(there)}"', f'href="{escape(here)}"')
        return body


NONE = OwnFiles()


def has_any(line: Line) -> bool:
    """Say whether a message has files of its own."""
    return bool(line.picture or line.attachments)


def faults(folder: Folder, line: Line) -> Iterator[str]:
    """Yield what is wrong with a message's own files."""
    for file, look in named(line):
        if fault := folder.fault(file, look):
            yield _("the file %(name)s %(fault)s") % {"name": shown(file), "fault": fault}


def take(folder: Folder | None, line: Line) -> OwnFiles:
    """Keep the files of a message here, a picture drawn anew; without a folder they stay behind.

    Raise Fault for one that has gone or broken since the file was checked, unless the folder forgives that.
    """
    if folder is None or not has_any(line):
        return NONE
    paths = {file: path_of(folder, file, look) for file, look in named(line)}
    picture = line.picture and paths[line.picture.file]
    given = [(file, name) for file, name in line.attachments if paths[file]]
    attachments = tuple(kept_attachment(paths[file], name, order) for order, (file, name) in enumerate(given))
    return OwnFiles(
        kept_picture(folder, picture, line.picture) if picture else {},
        attachments,
        {
            file: address(row.file.name)
            for (file, _name), row in zip(given, attachments, strict=True)
            if file.startswith(("http:", "https:"))
        },
    )


def path_of(folder: Folder, file: str, look: Callable[[File], None]) -> Path | None:
    """Return where a file lies; None for one that can't be taken, where the folder forgives that."""
    if not folder.fault(file, look):
        return folder.find(file)
    if not (folder.forgive or folder.forgive_own):
        raise Fault(_("the file %s is gone, or broken.") % shown(file))
    folder.missing += 1
    return None


def named(line: Line) -> Iterator[tuple[str, Callable[[File], None]]]:
    """Yield the files that a message names, each with what looks at it."""
    if line.picture:
        yield line.picture.file, looked_at
    for file, _name in line.attachments:
        yield file, pdf.check


def kept_picture(folder: Folder, path: Path, given: Picture) -> dict[str, Any]:
    """Return the fields of a message with this picture, which is kept as if it had been uploaded."""

    def draw() -> dict[str, Any]:
        with path.open("rb") as opened:
            row = Message(image=File(opened, name=path.name))
            name = keep(row, "image")
        return {"image": name, "image_width": row.image_width, "image_height": row.image_height}

    return {
        **folder.once(path, "own", draw),
        "image_alt": given.alt,
        "image_decorative": not given.alt,
        "image_credit": given.credit,
        "image_focus_x": given.focus[0],
        "image_focus_y": given.focus[1],
        "video_url": given.video,
    }


def kept_attachment(path: Path, name: str, order: int) -> Attachment:
    """Return a PDF, kept as if it had been uploaded, as the attachment of no message yet."""
    with path.open("rb") as opened:
        row = Attachment(file=File(opened, name=path.name), name=name, order=order)
        row.set_size_and_name()
        row.file = keep(row, "file")
    return row


def keep(row: Model, field: str) -> str:
    """Keep the file in a field of a row as saving the row would, and return its name."""
    return row._meta.get_field(field).pre_save(row, add=True).name

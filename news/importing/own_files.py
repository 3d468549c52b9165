"""Lead image and attachments of an imported message, copied from the folder given to the command."""

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
    """The files of a message, stored on this site: unsaved rows that only lack their message."""

    image: dict[str, Any] = {}  # fields of the message
    attachments: tuple[Attachment, ...] = ()
    urls: dict[str, str] = {}  # of attachments: old URL to new URL

    def relinked(self, body: str) -> str:
        """Return the body with its links to these files changed to their new URLs."""
        for old, new in self.urls.items():
            body = body.replace(f'href="{escape(old)}"', f'href="{escape(new)}"')
        return body


NONE = OwnFiles()


def has_any(line: Line) -> bool:
    return bool(line.picture or line.attachments)


def faults(folder: Folder, line: Line) -> Iterator[str]:
    """Yield the faults of the lead image and attachments of a message."""
    for file, validate in named(line):
        if fault := folder.fault(file, validate):
            yield _("the file %(name)s %(fault)s") % {"name": shown(file), "fault": fault}


def take(folder: Folder | None, line: Line) -> OwnFiles:
    """Store the files of a message, with the image re-encoded, and return their rows; nothing without a folder.

    Raise Fault for a file that is missing or damaged since the check, unless the folder ignores that.
    """
    if folder is None or not has_any(line):
        return NONE
    paths = {file: path_of(folder, file, validate) for file, validate in named(line)}
    image = line.picture and paths[line.picture.file]
    available = [(file, name) for file, name in line.attachments if paths[file]]
    attachments = tuple(kept_attachment(paths[file], name, order) for order, (file, name) in enumerate(available))
    return OwnFiles(
        kept_picture(folder, image, line.picture) if image else {},
        attachments,
        {
            file: address(row.file.name)
            for (file, _name), row in zip(available, attachments, strict=True)
            if file.startswith(("http:", "https:"))
        },
    )


def path_of(folder: Folder, file: str, validate: Callable[[File], None]) -> Path | None:
    """Return the path of a file; None for an unusable one if the folder ignores that, else raise Fault."""
    if not folder.fault(file, validate):
        return folder.find(file)
    if not (folder.ignore_missing or folder.ignore_missing_own):
        raise Fault(_("the file %s is missing or damaged.") % shown(file))
    folder.missing += 1
    return None


def named(line: Line) -> Iterator[tuple[str, Callable[[File], None]]]:
    """Yield the files of a message, each with the function that validates it."""
    if line.picture:
        yield line.picture.file, looked_at
    for file, _name in line.attachments:
        yield file, pdf.check


def kept_picture(folder: Folder, path: Path, image: Picture) -> dict[str, Any]:
    """Store an image as if uploaded, and return the fields of its message."""

    def store() -> dict[str, Any]:
        with path.open("rb") as opened:
            row = Message(image=File(opened, name=path.name))
            name = keep(row, "image")
        return {"image": name, "image_width": row.image_width, "image_height": row.image_height}

    return {
        **folder.once(path, "own", store),
        "image_alt": image.alt,
        "image_decorative": not image.alt,
        "image_credit": image.credit,
        "image_focus_x": image.focus[0],
        "image_focus_y": image.focus[1],
        "video_url": image.video,
    }


def kept_attachment(path: Path, name: str, order: int) -> Attachment:
    """Store a PDF as if uploaded, and return its attachment, still without a message."""
    with path.open("rb") as opened:
        row = Attachment(file=File(opened, name=path.name), name=name, order=order)
        row.set_size_and_name()
        row.file = keep(row, "file")
    return row


def keep(row: Model, field: str) -> str:
    """Store the file in a field as saving the row would, and return its name."""
    return row._meta.get_field(field).pre_save(row, add=True).name

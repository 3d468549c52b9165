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
from news.models import Attachment, Message
from richtext.images import validate_image
from richtext.serving import media_url
from transfer.importer.jsonl import MessageRecord
from transfer.importer.validation import ImportFault, LeadImage, quoted

if TYPE_CHECKING:
    from transfer.importer.images import ImportFolder


class MessageFiles(NamedTuple):
    """The files of a message, stored on this site: unsaved rows that only lack their message."""

    image: dict[str, Any] = {}  # fields of the message
    attachments: tuple[Attachment, ...] = ()
    urls: dict[str, str] = {}  # of attachments: old URL to new URL

    def relinked(self, body: str) -> str:
        """Return the body with its links to these files changed to their new URLs."""
        for old, new in self.urls.items():
            body = body.replace(f'href="{escape(old)}"', f'href="{escape(new)}"')
        return body


NO_FILES = MessageFiles()


def has_files(line: MessageRecord) -> bool:
    return bool(line.picture or line.attachments)


def file_faults(folder: ImportFolder, line: MessageRecord) -> Iterator[str]:
    """Yield the faults of the lead image and attachments of a message."""
    for file, validate in named_files(line):
        if fault := folder.fault(file, validate):
            yield _("the file %(name)s %(fault)s") % {"name": quoted(file), "fault": fault}


def store_files(folder: ImportFolder | None, line: MessageRecord) -> MessageFiles:
    """Store the files of a message, with the image re-encoded, and return their rows; nothing without a folder.

    Raise Fault for a file that is missing or damaged since the check, unless the folder ignores that.
    """
    if folder is None or not has_files(line):
        return NO_FILES
    paths = {file: path_of(folder, file, validate) for file, validate in named_files(line)}
    image = line.picture and paths[line.picture.file]
    available = [(file, name) for file, name in line.attachments if paths[file]]
    attachments = tuple(store_attachment(paths[file], name, order) for order, (file, name) in enumerate(available))
    return MessageFiles(
        store_image(folder, image, line.picture) if image else {},
        attachments,
        {
            file: media_url(row.file.name)
            for (file, _name), row in zip(available, attachments, strict=True)
            if file.startswith(("http:", "https:"))
        },
    )


def path_of(folder: ImportFolder, file: str, validate: Callable[[File], None]) -> Path | None:
    """Return the path of a file; None for an unusable one if the folder ignores that, else raise Fault."""
    if not folder.fault(file, validate):
        return folder.find(file)
    if not (folder.ignore_missing or folder.ignore_missing_own):
        raise ImportFault(_("the file %s is missing or damaged.") % quoted(file))
    folder.missing += 1
    return None


def named_files(line: MessageRecord) -> Iterator[tuple[str, Callable[[File], None]]]:
    """Yield the files of a message, each with the function that validates it."""
    if line.picture:
        yield line.picture.file, validate_image
    for file, _name in line.attachments:
        yield file, pdf.validate_pdf


def store_image(folder: ImportFolder, path: Path, image: LeadImage) -> dict[str, Any]:
    """Store an image as if uploaded, and return the fields of its message."""

    def store() -> dict[str, Any]:
        with path.open("rb") as opened:
            row = Message(image=File(opened, name=path.name))
            name = store_field(row, "image")
        return {"image": name, "image_width": row.image_width, "image_height": row.image_height}

    return {
        **folder.once(path, "own", store),
        "image_alt": image.alt,
        "image_decorative": not image.alt,
        "image_credit": image.credit,
        "image_rights": image.rights,
        "image_focus_x": image.focus[0],
        "image_focus_y": image.focus[1],
        "video_url": image.video,
    }


def store_attachment(path: Path, name: str, order: int) -> Attachment:
    """Store a PDF as if uploaded, and return its attachment, still without a message."""
    with path.open("rb") as opened:
        row = Attachment(file=File(opened, name=path.name), name=name, order=order)
        row.set_size_and_name()
        row.file = store_field(row, "file")
    return row


def store_field(row: Model, field: str) -> str:
    """Store the file in a field as saving the row would, and return its name."""
    return row._meta.get_field(field).pre_save(row, add=True).name

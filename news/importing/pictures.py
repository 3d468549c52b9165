"""The pictures of an archive: looked up below one folder, made safe, and put in the places of those that texts name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from hashlib import blake2b, file_digest
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _

from news.importing.rules import Fault, shown
from richtext.cleaner import with_pictures
from richtext.handover import address
from richtext.models import Image
from richtext.pictures import looked_at, make_safe

REMEMBERED = 100_000  # pictures that one run keeps in mind, so that one in many texts is drawn once


class Folder:
    """A folder of pictures. Nothing outside it is ever read, by whatever path or link."""

    def __init__(self, path: str, *, forgive: bool = False, forgive_own: bool = False):
        self.root = Path(path).resolve(strict=True)
        if not self.root.is_dir():
            raise NotADirectoryError(20, _("it is no folder"), path)
        self.forgive = forgive  # a missing picture: its words are in its place
        self.forgive_own = forgive_own  # a missing file of a message's own: the message comes without it
        self.missing = 0
        self.check = lru_cache(REMEMBERED)(self.check)
        self.digest = lru_cache(REMEMBERED)(self.digest)
        self.remembered: dict[tuple[bytes, Any], Any] = {}

    def find(self, source: str) -> Path | None:
        """Return the file that a text means: by its path below the folder, else by its name in it."""
        try:
            path = unquote(urlsplit(source).path)
        except ValueError:
            return None
        parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts or ".." in parts or not path.isprintable():
            return None
        of_media = path.startswith(settings.MEDIA_URL) and parts[len(settings.MEDIA_URL.strip("/").split("/")) :]
        for names in (parts, of_media, parts[-1:]):
            try:
                found = self.root.joinpath(*names).resolve() if names else self.root
                if found.is_relative_to(self.root) and found.is_file():
                    return found
            except (OSError, ValueError, RuntimeError):  # too long, no name of a file, links in a ring
                continue
        return None

    # The first pass

    def faults(self, line) -> Iterator[str]:
        """Yield what is wrong with the pictures of a message."""
        if "<img" not in line.body.lower():
            return
        found: list[str] = []
        with_pictures(line.body, lambda source, _alt: found.append(source))
        for source in dict.fromkeys(found):
            if fault := self.check(source):
                yield _("the picture %(name)s %(fault)s") % {"name": shown(source), "fault": fault}

    def check(self, source: str) -> str:
        """Return what is wrong with a picture, nothing where it can be taken."""
        return "" if self.find(source) is None and is_ours(source) else self.fault(source, looked_at)

    def fault(self, source: str, look: Callable[[File], None]) -> str:
        """Return what is wrong with a file by what looks at it, nothing where it can be taken."""
        file = self.find(source)
        if file is None:
            return _("is not in the folder. Put it there under this path, or its name.")

        def looked() -> str:
            try:
                with file.open("rb") as opened:
                    look(File(opened))
            except ValidationError as error:
                return _("can't be taken: %s") % error.messages[0]
            return ""

        try:
            return self.once(file, look, looked)
        except OSError as error:
            return _("can't be taken: %s") % error.strerror

    def once(self, file: Path, what: Any, make: Callable[[], Any]) -> Any:
        """Return what is made of a file, once for all files of the same content."""
        key = self.digest(file), what
        if key not in self.remembered:
            if len(self.remembered) >= REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = make()
        return self.remembered[key]

    def digest(self, file: Path) -> bytes:
        """Return what tells a file's content from every other."""
        with file.open("rb") as opened:
            return file_digest(opened, partial(blake2b, digest_size=16)).digest()

    # The second pass

    def into(self, body: str) -> str:
        """Return a body with its pictures taken into the site, each with its alternative text."""
        if "<img" not in body.lower():
            return body
        return with_pictures(body, self.instead)

    def instead(self, source: str, alt: str) -> tuple[str, str] | None:
        """Return the address of a picture on this site, or the words that stand in its place; None: it stays."""
        if self.find(source) is None and is_ours(source):
            return None
        if self.check(source):
            if not self.forgive:
                raise Fault(_("the picture %s is gone.") % shown(source))
            self.missing += 1
            return "", escape(alt)
        return self.taken(self.find(source)), ""

    def taken(self, file: Path) -> str:
        """Return the address of a file of the folder, once it is drawn anew and kept here."""

        def draw() -> str:
            with file.open("rb") as opened:
                picture = make_safe(File(opened))
            return address(Image.objects.create(file=picture, uploaded_at=timezone.now(), uploaded_by=None).file.name)

        try:
            return self.once(file, "text", draw)
        except (OSError, ValidationError) as error:
            raise Fault(_("the picture %s is broken.") % shown(file.name)) from error


def is_ours(source: str) -> bool:
    """Say whether a picture is one of this site's own already."""
    path = source.removeprefix(settings.SITE_URL)
    name = unquote(path.removeprefix(settings.MEDIA_URL))
    return path.startswith(settings.MEDIA_URL) and Image.objects.filter(file=name).exists()

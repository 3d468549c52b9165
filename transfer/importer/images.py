"""Images of imported texts: looked up in one folder, re-encoded, stored, and linked in the text."""

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

from richtext.images import make_safe, validate_image
from richtext.models import Image
from richtext.sanitize import replace_images
from richtext.serving import media_url
from transfer.importer.validation import ImportFault, quoted

CACHE_SIZE = 100_000  # cached files, so that an image in many texts is encoded once


class ImportFolder:
    """The folder of an import's files. Nothing outside it is ever read, by any path or symbolic link."""

    def __init__(self, path: str, *, ignore_missing: bool = False, ignore_missing_own: bool = False):
        self.root = Path(path).resolve(strict=True)
        if not self.root.is_dir():
            raise NotADirectoryError(20, _("it is not a folder"), path)
        self.ignore_missing = ignore_missing  # the alternative text replaces a missing image in a text
        self.ignore_missing_own = ignore_missing_own  # a message is imported without its missing files
        self.missing = 0
        self.check = lru_cache(CACHE_SIZE)(self.check)
        self.digest = lru_cache(CACHE_SIZE)(self.digest)
        self.results: dict[tuple[bytes, Any], Any] = {}

    def find(self, source: str) -> Path | None:
        """Return a file by its path below the folder, else by its name in the folder; None without one."""
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
                file = self.root.joinpath(*names).resolve() if names else self.root
                if file.is_relative_to(self.root) and file.is_file():
                    return file
            except (OSError, ValueError, RuntimeError):  # too long, not a file name, circular links
                continue
        return None

    # First pass: check

    def faults(self, line) -> Iterator[str]:
        """Yield the faults of the images in the body of a message."""
        if "<img" not in line.body.lower():
            return
        sources: list[str] = []
        replace_images(line.body, lambda source, _alt: sources.append(source))
        for source in dict.fromkeys(sources):
            if fault := self.check(source):
                yield _("the image %(name)s %(fault)s") % {"name": quoted(source), "fault": fault}

    def check(self, source: str) -> str:
        """Return the fault of an image, "" for a usable one."""
        return "" if self.find(source) is None and is_site_image(source) else self.fault(source, validate_image)

    def fault(self, source: str, validate: Callable[[File], None]) -> str:
        """Return the fault of a file that `validate` finds, "" for a usable one."""
        file = self.find(source)
        if file is None:
            return _("is not in the folder. Copy it there under this path, or under its name.")

        def result() -> str:
            try:
                with file.open("rb") as opened:
                    validate(File(opened))
            except ValidationError as error:
                return _("could not be imported: %s") % error.messages[0]
            return ""

        try:
            return self.once(file, validate, result)
        except OSError as error:
            return _("could not be imported: %s") % error.strerror

    def once(self, file: Path, purpose: Any, compute: Callable[[], Any]) -> Any:
        """Return `compute()`, cached by the content of the file and the purpose."""
        key = self.digest(file), purpose
        if key not in self.results:
            if len(self.results) >= CACHE_SIZE:
                self.results.clear()
            self.results[key] = compute()
        return self.results[key]

    def digest(self, file: Path) -> bytes:
        """Return the digest of the content of a file."""
        with file.open("rb") as opened:
            return file_digest(opened, partial(blake2b, digest_size=16)).digest()

    # Second pass: store

    def with_stored_images(self, body: str) -> str:
        """Return a body with its images stored on this site."""
        if "<img" not in body.lower():
            return body
        return replace_images(body, self.replacement)

    def replacement(self, source: str, alt: str) -> tuple[str, str] | None:
        """Return (URL on this site, "") or ("", alternative text) for an image; None to leave it unchanged."""
        if self.find(source) is None and is_site_image(source):
            return None
        if self.check(source):
            if not self.ignore_missing:
                raise ImportFault(_("the image %s is missing.") % quoted(source))
            self.missing += 1
            return "", escape(alt)
        return self.stored_url(self.find(source)), ""

    def stored_url(self, file: Path) -> str:
        """Re-encode and store an image of the folder, and return its URL."""

        def store() -> str:
            with file.open("rb") as opened:
                image = make_safe(File(opened))
            return media_url(Image.objects.create(file=image, uploaded_at=timezone.now(), uploaded_by=None).file.name)

        try:
            return self.once(file, "text", store)
        except (OSError, ValidationError) as error:
            raise ImportFault(_("the image %s is damaged.") % quoted(file.name)) from error


def is_site_image(source: str) -> bool:
    """Return whether an image URL is one of this site."""
    path = source.removeprefix(settings.SITE_URL)
    name = unquote(path.removeprefix(settings.MEDIA_URL))
    return path.startswith(settings.MEDIA_URL) and Image.objects.filter(file=name).exists()

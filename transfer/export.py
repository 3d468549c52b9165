"""Export of messages as JSON lines, from which `import_messages` creates the same messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from urllib.parse import quote, unquote

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from news.models import Correction, Message
from news.related import MAX_RELATED, day_and_slug
from transfer.importer.validation import LINE_ENDS, QUERY_SAFE, UNPRINTABLE
from transfer.importer.writer import default_category_name

BATCH_SIZE = 500  # per query: bounds how long other writers wait
TEXT_FIELDS = ("lead", "body", "source_name", "source_url", "slug", "withdrawn_reason")


def exported():
    """Return the messages that are exported."""
    return Message.objects.open_to_all(timezone.now()).filter(revision_of=None)


def message_batches() -> Iterator[list[Message]]:
    """Yield the messages in batches by primary key (keyset pagination), without revisions.

    Limited drafts are left out: an import would show them to all press staff.
    """
    last, messages = 0, exported().order_by("pk").select_related("category")
    while rows := list(messages.filter(pk__gt=last)[:BATCH_SIZE]):
        prefetch_related_objects(rows, "redirects", "corrections", "attachments")
        yield rows
        last = rows[-1].pk


def export_lines() -> Iterator[tuple[Message, bytes]]:
    """Yield (message, JSON line); identical drafts only once, because an import would skip the copies."""
    drafts = set()
    for rows in message_batches():
        for message in rows:
            line = json.dumps(message_to_json(message), ensure_ascii=False).encode() + b"\n"
            if message.publish_at is None:
                digest = blake2b(line, digest_size=16).digest()
                if digest in drafts:
                    continue
                drafts.add(digest)
            yield message, line


def count_limited() -> int:
    """Return the number of limited drafts, which are not exported."""
    return Message.objects.limited(timezone.now()).count()


def count_with_files() -> int:
    """Return the number of exported messages with files, which JSON lines only name."""
    illustrated = exported().filter(Q(image_width__isnull=False) | Q(attachments__isnull=False)).order_by()
    return illustrated.values("pk").distinct().count()


def message_to_json(message: Message) -> dict:
    """Return a message as a JSON object for the import, in a stable order and without empty values."""
    category = message.category
    values = {
        "headline": to_one_line(message.headline),
        "category": category.slug,
        "publish_at": iso_or_none(message.publish_at),
        **{name: strip_unprintable(getattr(message, name)) for name in TEXT_FIELDS},
        "delivered_on": message.delivered_on and message.delivered_on.isoformat(),
        "featured": message.featured,
        "language": message.language if message.language != Message._meta.get_field("language").default else "",
        "draft": bool(message.publish_at and not message.approved_at),
        "related": [path for path in message.related.splitlines() if day_and_slug(path)][:MAX_RELATED],
        "old_urls": sorted(encode_redirect_path(row.path) for row in message.redirects.all()),
        "corrections": [correction_to_json(row) for row in message.corrections.all()],
        "revised_at": iso_or_none(message.revised_at),
        "withdrawn_at": iso_or_none(message.withdrawn_at),
        "category_name": category.name if category.name != default_category_name(category.slug) else "",
        "picture": image_to_json(message) if message.image else None,
        "attachments": [
            {"file": row.file.name, "name": strip_unprintable(row.name)} for row in message.attachments.all()
        ],
    }
    return {name: value for name, value in values.items() if value or name == "publish_at"}


def correction_to_json(correction: Correction) -> dict:
    """Return a correction as a JSON object; the kind only where it is not the default, as for all values."""
    kind = {} if correction.kind == Correction.Kind.CORRECTION else {"kind": correction.kind}
    return {"at": iso_or_none(correction.at), "note": strip_unprintable(correction.note), **kind}


def image_to_json(message: Message) -> dict:
    """Return the lead image of a message as a JSON object."""
    values = {
        "file": message.image.name,
        "alt": to_one_line(message.image_alt),
        "decorative": message.image_decorative,
        "credit": to_one_line(message.image_credit),
        "rights": to_one_line(message.image_rights),
        "focus": [message.image_focus_x, message.image_focus_y],
        "video": message.video_url,
    }
    return {name: value for name, value in values.items() if value and value != [50, 50]}


def iso_or_none(value) -> str | None:
    return value and value.isoformat()


def strip_unprintable(text: str) -> str:
    """Return a text without the unprintable characters that the import rejects."""
    return UNPRINTABLE.sub("", text)


def to_one_line(text: str) -> str:
    """Return a text on one line: programs may have stored line breaks in it."""
    return LINE_ENDS.sub(" ", strip_unprintable(text))


def encode_redirect_path(path: str) -> str:
    """Return a former URL in the form that the import reads."""
    path, mark, query = path.partition("?")
    start = "/%2F" if path.startswith("//") else path[:1]  # // would start a host name
    return start + quote(path[len(unquote(start)) :], safe="/:@!$&'()*+,;=-._~") + mark + quote(query, safe=QUERY_SAFE)

"""Export of messages as JSON lines, from which `import_messages` creates the same messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from urllib.parse import quote, unquote

from django.db.models import Q, prefetch_related_objects

from news.importing.rules import IN_QUERY, LINE_ENDS, UNPRINTABLE
from news.importing.writing import name_of
from news.models import Message

ROWS = 500  # per query: bounds how long other writers wait
TEXTS = ("lead", "body", "source_name", "source_url", "slug", "withdrawn_reason")


def messages() -> Iterator[list[Message]]:
    """Yield all messages in batches by primary key (keyset pagination)."""
    last = 0
    while rows := list(Message.objects.filter(pk__gt=last).order_by("pk").select_related("category")[:ROWS]):
        prefetch_related_objects(rows, "redirects", "corrections", "attachments")
        yield rows
        last = rows[-1].pk


def lines() -> Iterator[tuple[Message, bytes]]:
    """Yield (message, JSON line); identical drafts only once, because an import would skip the copies."""
    drafts = set()
    for rows in messages():
        for message in rows:
            line = json.dumps(line_of(message), ensure_ascii=False).encode() + b"\n"
            if message.publish_at is None:
                digest = blake2b(line, digest_size=16).digest()
                if digest in drafts:
                    continue
                drafts.add(digest)
            yield message, line


def with_files() -> int:
    """Return the number of messages with files, which JSON lines only name."""
    illustrated = Message.objects.filter(Q(image_width__isnull=False) | Q(attachments__isnull=False)).order_by()
    return illustrated.values("pk").distinct().count()


def line_of(message: Message) -> dict:
    """Return a message as a JSON object for the import, in a stable order and without empty values."""
    category = message.category
    values = {
        "headline": on_one_line(message.headline),
        "category": category.slug,
        "publish_at": moment(message.publish_at),
        **{name: sayable(getattr(message, name)) for name in TEXTS},
        "delivered_on": message.delivered_on and message.delivered_on.isoformat(),
        "featured": message.featured,
        "language": message.language if message.language != Message._meta.get_field("language").default else "",
        "draft": bool(message.publish_at and not message.approved_at),
        "old_urls": sorted(old_url(row.path) for row in message.redirects.all()),
        "corrections": [{"at": moment(row.at), "note": sayable(row.note)} for row in message.corrections.all()],
        "revised_at": moment(message.revised_at),
        "withdrawn_at": moment(message.withdrawn_at),
        "category_name": category.name if category.name != name_of(category.slug) else "",
        "picture": picture(message) if message.image else None,
        "attachments": [{"file": row.file.name, "name": sayable(row.name)} for row in message.attachments.all()],
    }
    return {name: value for name, value in values.items() if value or name == "publish_at"}


def picture(message: Message) -> dict:
    """Return the lead image of a message as a JSON object."""
    values = {
        "file": message.image.name,
        "alt": on_one_line(message.image_alt),
        "decorative": message.image_decorative,
        "credit": on_one_line(message.image_credit),
        "focus": [message.image_focus_x, message.image_focus_y],
        "video": message.video_url,
    }
    return {name: value for name, value in values.items() if value and value != [50, 50]}


def moment(value) -> str | None:
    return value and value.isoformat()


def sayable(text: str) -> str:
    """Return a text without the unprintable characters that the import rejects."""
    return UNPRINTABLE.sub("", text)


def on_one_line(text: str) -> str:
    """Return a text on one line: programs may have stored line breaks in it."""
    return LINE_ENDS.sub(" ", sayable(text))


def old_url(path: str) -> str:
    """Return a former URL in the form that the import reads."""
    path, mark, query = path.partition("?")
    start = "/%2F" if path.startswith("//") else path[:1]  # // would start a host name
    return start + quote(path[len(unquote(start)) :], safe="/:@!$&'()*+,;=-._~") + mark + quote(query, safe=IN_QUERY)

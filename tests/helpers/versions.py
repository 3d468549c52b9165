"""Versions of messages, which nothing can change once they are written."""

from django.utils import timezone

from news.models import Message
from news.models.workflow import VersionInfo


def write_as(user, message):
    """Save a version of a message by `user`, who becomes one of its authors, and return the message."""
    message.save(version=VersionInfo(timezone.now(), user), always_version=True)
    return message


def without_versions(message):
    """Return a copy of an unapproved message that has no versions, as an imported one."""
    fields = {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields}
    return Message.objects.bulk_create([Message(**fields | {"id": None, "slug": f"{message.slug}-imported"})])[0]

"""Related messages in the form of a message: addresses, or words that find one message."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from news.models import Message
from news.related import MAX_RELATED, find_messages_at, message_path
from news.text_search import find_in_texts

MAX_WORDS_LENGTH = 200  # characters of a line that are searched for
SHOWN = 5  # messages that a line may mean, in its error


def read_related(typed: str, message: Message, at: datetime) -> str:
    """Return typed lines as the paths of approved messages, one a line. Raise ValidationError with a sentence for each
    line that names none, more than one, or the message itself.
    """
    lines = [line for line in map(str.strip, typed.splitlines()) if line]
    if len(lines) > MAX_RELATED:
        raise ValidationError(_("Enter at most %d messages.") % MAX_RELATED)
    paths = {line: path for line in lines if (path := message_path(line))}
    approved = Message.objects.filter(approved_at__isnull=False)
    found = find_messages_at(list(paths.values()), approved.only("day", "slug"))
    own = {message.pk, message.revision_of_id}
    errors, chosen = [], []
    for line in lines:
        try:
            row = found.get(paths[line]) if line in paths else find_by_words(line, at)
            if row is None:
                raise ValidationError(_("This site has no approved message at “%s”.") % paths[line])
            if row.pk in own:
                raise ValidationError(_("A message cannot be related to itself."))
            chosen.append(row.get_absolute_url())
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    return "\n".join(dict.fromkeys(chosen))


def find_by_words(words: str, at: datetime) -> Message:
    """Return the only public message with these words; raise ValidationError with what was found instead."""
    ids = find_in_texts(words[:MAX_WORDS_LENGTH], at)
    found = list(Message.objects.published(at).filter(pk__in=ids[: SHOWN + 1]))
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValidationError(_("No published message has the words “%s”. Enter its web address.") % words[:100])
    examples = "; ".join(f"{row.get_absolute_url()} ({row.headline})" for row in found[:SHOWN])
    sentence = _("Several messages have the words “%(words)s”. Enter the web address of one of them: %(examples)s.")
    raise ValidationError(sentence % {"words": words[:100], "examples": examples})

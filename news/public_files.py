"""Files of messages: lead images, images in the text, attachments. Registered with `richtext.public_files`."""

from news import offers
from news.models import Attachment, Message
from richtext import image_uses, public_files
from richtext.press_copies import FOLDER as COPIES
from richtext.renditions import source_candidates


def public_rows(name, at):
    """Return the published messages that have a file."""
    return rows_with_file(Message.objects.published(at), name)


def rows_with_file(messages, name):
    """Return those of `messages` that have a file, in querysets of which each uses an index."""
    if name.startswith(COPIES):
        return [offers.messages_offering(messages, name)]
    images = source_candidates(name)
    return [messages.with_lead_image(images), messages.with_picture(images), messages.with_attachment(name)]


def is_hidden(name, user, at) -> bool:
    """Return whether a file belongs to drafts that `user` may not see, and to no message that they may see."""
    limited, visible = Message.objects.limited(at), Message.objects.visible_to(user, at)
    belongs = any(rows.exists() for rows in rows_with_file(limited, name))
    return belongs and not any(rows.exists() for rows in rows_with_file(visible, name))


def download_name(name) -> str:
    """Return the name under which a file is saved; "" for an image that is displayed."""
    offer = offers.find_offer(Message, name)
    return offer.file_name if offer else Attachment.objects.download_name(name)


public_files.register_files(
    public_rows,
    "news.view_message",
    "news.change_message",
    download_name=download_name,
    is_hidden=is_hidden,
    create=lambda name: offers.create_copy(Message, name),
)
image_uses.register_texts(
    Message, title="headline", lead_field="image", visible_to=lambda rows, user, at: rows.visible_to(user, at)
)

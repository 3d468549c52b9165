"""Files of messages: lead images, images in the text, attachments. Registered with `richtext.public_files`."""

from news.models import Attachment, Message
from richtext import public_files
from richtext.renditions import source_candidates


def public_rows(name, at):
    """Return the published messages that have a file."""
    published, images = Message.objects.published(at), source_candidates(name)
    return [published.with_lead_image(images), published.with_picture(images), published.with_attachment(name)]


public_files.register_files(
    public_rows, "news.view_message", "news.change_message", download_name=Attachment.objects.download_name
)

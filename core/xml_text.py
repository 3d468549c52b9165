"""Text for XML documents, without the characters that XML 1.0 does not allow (section 2.2), not even escaped."""

import re

INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def strip_invalid_xml(text: str) -> str:
    """Return `text` without characters that XML does not allow: one in a headline would make a feed invalid."""
    return INVALID.sub("", text)

"""Primary keys in URLs and in form data."""


def is_valid_pk(text: str) -> bool:
    """Return whether `text` can be a primary key: ASCII digits that fit the database's integer."""
    return text.isascii() and text.isdigit() and len(text) < 19

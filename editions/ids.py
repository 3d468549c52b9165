"""The ids of rows, as they come from outside: in addresses, and in what forms send."""


def is_id(text: str) -> bool:
    """Say whether `text` may be the id of a row: ASCII digits that fit the database."""
    return text.isascii() and text.isdigit() and len(text) < 19

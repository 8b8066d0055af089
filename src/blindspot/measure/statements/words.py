"""Word lists are written as plain text, so that a person can read and mend them."""


def words(text: str) -> frozenset[str]:
    """The words of a text, parted by spaces."""
    return frozenset(text.split())

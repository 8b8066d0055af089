"""What is in the case folder, is it right, and what in it is fresh?

Method: each file is read into pydantic rows (`rows`), every problem is kept with its file:row:column (`reading`),
rows are checked against one another (`crosscheck`), words become cited ranges (`scales`), and files are hashed so
that a result is made again only when what it was made from has changed (`store`).
Reference: Berkeley Protocol on Digital Open Source Investigations (2022), on records of origin and handling.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.case.model import OTHER, Case
    from blindspot.case.opening import open_case

__all__ = ["OTHER", "Case", "open_case"]


def __getattr__(name: str) -> Any:
    """The rows and their checks are loaded when they are asked for, so that a review of an unchanged case stays quick."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module("blindspot.case.opening" if name == "open_case" else "blindspot.case.model"), name)

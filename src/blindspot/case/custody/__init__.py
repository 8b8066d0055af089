"""Whose hands has the evidence been in, and is it still byte for byte what came in?

Method: a file is copied read-only under its SHA-256 and read back (`intake`); each act is a line of custody.jsonl that
holds the SHA-256 of the line before, journalled so that a kill or a power cut loses nothing (`chain`); `check` compares
every byte with what was recorded; `bag`, `prov` and `stamps` hand the same to people who do not have Blindspot.
Reference: Berkeley Protocol (2022) ch. VI; RFC 8493 (BagIt); RFC 3161 (time stamps); W3C PROV-DM.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.case.custody.check import verify
    from blindspot.case.custody.intake import ingest

__all__ = ["ingest", "verify"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for, so that help answers at once."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"blindspot.case.custody.{'intake' if name == 'ingest' else 'check'}"), name)

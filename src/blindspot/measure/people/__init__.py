"""Who died, how many, and how many are on no list?

Names are read into ordered parts (`names`) over one alphabet of sounds (`scripts`, `letters`); two lists are linked by a noisy
channel over those parts with age and sex, fitted without labels and calibrated against decoys (`linkage`, `calibration`);
the lists of one incident become persons (`incident`), a toll (`toll`) and grades by rule books (`grade`); lists that overlap
give the number of the unlisted by three families of models (`undercount`). Only the dead are ever named.
Reference: Fellegi & Sunter (1969); Manrique-Vallier, Ball & Sadinle (2019); Every Casualty (2020).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.measure.people.estimate import Undercount, undercount
    from blindspot.measure.people.linkage import Linked, People, link, links
    from blindspot.measure.people.lists import Listing, read_list
    from blindspot.measure.people.overview import findings
    from blindspot.measure.people.tables import read_table

__all__ = [
    "Linked",
    "Listing",
    "People",
    "Undercount",
    "findings",
    "link",
    "links",
    "read_list",
    "read_table",
    "undercount",
]
_HOME = {"Linked": "linkage", "Listing": "lists", "People": "linkage", "Undercount": "estimate", "findings": "overview", "link": "linkage", "links": "linkage", "read_list": "lists", "read_table": "tables", "undercount": "estimate"}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Each part is loaded when it is asked for: an undercount needs no name model."""
    if name not in _HOME:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"blindspot.measure.people.{_HOME[name]}"), name)

"""How may this be handled? Labels as data: ordered within a scheme, never converted between schemes.

`TLP:AMBER+STRICT`, `UN:CONFIDENTIAL`, or SCHEME:LEVEL of a scheme of one's own; caveats follow after `//`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Schemes = dict[str, tuple[str, ...]]  # levels by scheme, lowest first


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """One level of one scheme, with the caveats that go wherever it goes."""

    scheme: str
    level: str
    caveats: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "//".join((f"{self.scheme}:{self.level}", *self.caveats))


@cache
def _packaged() -> tuple[Schemes, dict[str, dict[str, str]]]:
    read = tomllib.loads(files("blindspot.case").joinpath("labels.toml").read_text(encoding="utf-8"))["scheme"]
    return {s["id"]: tuple(s["levels"]) for s in read}, {s["id"]: s["also"] for s in read}


def schemes(own: Mapping[str, Iterable[str]] | None = None) -> Schemes:
    """The packaged schemes and a case's own, by name."""
    return {name: tuple(levels) for name, levels in (own or {}).items()} | _packaged()[0]


def read_label(text: str, known: Schemes | None = None) -> Label:
    """A label as written. Raises ValueError in words that say what would be right."""
    known = known or schemes()
    first, *caveats = (part.strip() for part in text.split("//"))
    scheme, colon, level = first.partition(":")
    scheme, level = scheme.strip(), level.strip()
    if not colon or scheme not in known:
        raise ValueError(f"is not a label; write SCHEME:LEVEL with one of the schemes {', '.join(sorted(known))}")
    level = _packaged()[1].get(scheme, {}).get(level, level)
    if level not in known[scheme]:
        raise ValueError(f"is not a level of {scheme}; its levels are {', '.join(known[scheme])}")
    return Label(scheme, level, tuple(sorted({c for c in caveats if c})))


def highest(labels: Iterable[Label], known: Schemes | None = None) -> tuple[Label, ...]:
    """The highest label of each scheme with the caveats of all; an output carries these."""
    known = known or schemes()
    top: dict[str, Label] = {}
    for label in labels:
        old = top.get(label.scheme)
        rank = known[label.scheme].index
        level = label.level if old is None or rank(label.level) > rank(old.level) else old.level
        top[label.scheme] = Label(label.scheme, level, tuple(sorted({*label.caveats, *(old.caveats if old else ())})))
    return tuple(top[name] for name in sorted(top))


def may_see(label: Label, allowed: Iterable[Label], known: Schemes | None = None) -> bool:
    """Whether a label goes no higher, in its own scheme, than what is allowed; a scheme that is not named is not allowed."""
    known = known or schemes()
    levels = known[label.scheme]
    return any(
        a.scheme == label.scheme
        and levels.index(label.level) <= levels.index(a.level)
        and set(label.caveats) <= set(a.caveats)
        for a in allowed
    )

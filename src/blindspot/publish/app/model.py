"""What does the app need of the rooms above it? Given to it as functions, since it stands below the list of stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from blindspot.quantities import Offer

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageInfo:
    """One stage, as the app shows it."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Works:
    """The stages as functions. `run` is called in a process of its own, so it must be a module's function."""

    stages: tuple[StageInfo, ...]
    run: Callable[[str, str, Callable[[str], None]], None]  # folder, stage ("report" draws the page), progress
    offers: Callable[[Path], dict[str, Offer]]  # what the measuring stages offer to the weighing
    result: Callable[[Path, str], Result]  # of a stage, made where it is not stored

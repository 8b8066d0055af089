"""One copy of a case for one audience: select, transform, write fresh, and have the page drawn from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.chain import tool
from blindspot.case.custody.readme import release_readme
from blindspot.errors import CaseError, UsageError
from blindspot.publish.release.fresh import write_copy
from blindspot.publish.release.media import write_media
from blindspot.publish.release.model import CANNOT_SEE, Selection
from blindspot.publish.release.policy import FILE
from blindspot.publish.release.select import select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from blindspot.publish.release.policy import Profile


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the release needs from the floors above and beside it."""

    page: Callable[[Path], dict[str, Any]]  # draws the page of a copy into it, returns its findings
    full: Callable[[], dict[str, Any]]  # the findings on everything
    check: Callable[[Path], None]  # opens a case; raises CaseError
    programs: tuple[str, ...] = ()  # the scripts that the page may hold, letter by letter


def make_copy(
    root: Path,
    copy: Path,
    chosen: Profile,
    drawing: Drawing,
    secret: bytes,
    stored: Mapping[str, str],
    blocked: list[str],
) -> tuple[Selection, dict[str, Any]]:
    """Select, transform, write fresh and draw the page; adds to `blocked`. Returns the selection and the copy's findings."""
    copy.mkdir(parents=True)
    selection, forbidden = select(root, chosen, secret, stored)
    selection.programs = drawing.programs
    blocked += forbidden
    write_copy(copy, selection)
    blocked += write_media(root, copy, chosen, selection)
    label = "; ".join(str(label) for label in selection.labels)
    (copy / "README.txt").write_text(
        release_readme(str(selection.head["title"]), chosen.audience.text, label), encoding="utf-8"
    )
    about = {
        "audience": chosen.audience.id,
        "labels": [str(label) for label in selection.labels],
        "made_by": tool(),
        "kinds_of_change": sorted(selection.changes),
        "cannot_see": list(CANNOT_SEE),
        "media": selection.media,
    }
    (copy / "release.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    try:
        findings = drawing.page(copy)
    except CaseError as error:
        first = error.problems[0]
        raise UsageError(
            f"the copy for {chosen.audience.id} would not be a valid case: {first}. Let the rules of {FILE} keep or change what it names; nothing was released."
        ) from error
    return selection, findings

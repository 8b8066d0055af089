"""Both sides of each loss of view: the last picture of the vehicle, the candidates after it, and what reviewers made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.case.gaps import NONE, UNSURE, answers
from blindspot.case.scales import between

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DRAWN = 2  # of a page for each pixel of the picture; none is made up
SAID = {NONE: "none of those shown", UNSURE: "it cannot be told"}


def both_sides(root: Path, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For the template, one entry for each loss. `found`: the result of the stage `gaps`; answers are those of the case."""
    given = answers(root, [])
    return [_loss(gap, [a for a in given if a.gap == gap["id"]]) for gap in found.get("gaps", ())]


def _loss(gap: Mapping[str, Any], given: list[Any]) -> dict[str, Any]:
    passes = gap["appearance"]
    said = [(a.by, SAID.get(a.answer, f"candidate {a.answer}"), a.why) for a in given]
    if gap["taken"]:
        chosen = f"candidate {gap['taken']['object']}" if gap["taken"]["object"] else "marked it again"
        said.append((gap["taken"]["by"], chosen, gap["taken"]["why"]))
    return {
        "id": gap["id"],
        "clip": gap["clip"],
        "for": "nobody has marked where it comes back" if gap["seconds"] is None else f"out of sight for {gap['seconds']:g} s",
        "failed": ", ".join(gap["failed"]),
        "sides": [_side(gap["before"], "Before"), *(_side(s, _named(s)) for s in gap["after"])],
        "candidates": len(gap["after"]),
        "more": gap["more"],
        "boxed": gap["boxed"],
        "passes": None if passes is None else between(*passes["passes"]),
        "basis": "" if passes is None else passes["basis"],
        "said": said,
    }  # fmt: skip


def _named(side: Mapping[str, Any]) -> str:
    return "Marked again" if side["object"] == "vehicle" else f"Candidate {side['object']}"


def _side(side: Mapping[str, Any], words: str) -> dict[str, Any]:
    gsd = side["gsd_m"]
    scale = f"{100 * gsd[0]:.2g} to {100 * gsd[1]:.2g} cm a pixel" if gsd else "the footage gives no scale"
    return {
        "words": words,
        "src": side["src"],
        "width": DRAWN * side["width"],
        "height": DRAWN * side["height"],
        "told": f"picture {side['picture'] + 1}, {side['seconds']:.1f} s, {side['utc'][:-1] + ' UTC' if side['utc'] else 'no clock'}; "
        f"{side['pixels'][0]:.0f} x {side['pixels'][1]:.0f} pixels, {scale}; box by {'the list of boxes' if side['by'] == 'boxes' else 'the ' + side['by']}",
    }

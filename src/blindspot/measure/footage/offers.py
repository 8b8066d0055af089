"""What does the footage of a case offer to the weighing? Per clip, P(could be told apart), an upper bound, with its derivation.

`footage:<clip>` is that of recognising an adult; `footage:<clip>.<object>.<level>` the others, for example
`footage:clip1.child.detect`. A clip whose telemetry does not describe its pictures offers nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.measure.footage.resolution import N50, THINGS, opportunity

if TYPE_CHECKING:
    from blindspot.case import Case
    from blindspot.measure.footage.clip import Clip

NAMES = {"adult": "adult", "child": "child", "20-litre container": "container", "car": "car"}
VIDEO = (".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".mp4", ".mkv", ".mov", ".klv", ".bin")


def clip_offers(clip: Clip) -> list[dict[str, Any]]:
    """`{"id", "quantiles", "says"}` of a clip; none where its ground sample distance is not known or not its own."""
    main = clip.main
    if main is None or main.across is None or main.lag.matches is False:
        return []
    doubt = bool(main.footprints.contradicts.any())
    found = []
    for thing in THINGS:
        for level in N50:
            chance, lines = opportunity(clip.name, thing, level, main.across, main.depression)
            low = 0.0 if doubt else chance.low
            if doubt:
                lines = (
                    *lines,
                    "reported ground and pose contradict one another: the scale itself is in doubt, so the low end is 0",
                )
            entry = {"quantiles": [low, chance.high], "says": [*lines, f"lag: {main.lag.why}"]}
            found.append({"id": f"{clip.name}.{NAMES[thing.name]}.{level}", **entry})
            if thing.name == "adult" and level == "recognise":
                found.append({"id": clip.name, **entry})
    return found


def footage_stage(case: Case) -> dict[str, Any]:
    """The stage `footage`: every video in the case's folder footage/, and what they offer."""
    from blindspot.measure.footage.clip import read_clip
    from blindspot.measure.footage.summary import clips_as_data

    paths = sorted(p for p in (case.root / "footage").rglob("*") if p.suffix.lower() in VIDEO and p.is_file())
    clips = [read_clip(path) for path in paths]
    found = clips_as_data(clips)
    for entry, path in zip(found["files"], paths, strict=True):
        entry["path"] = path.relative_to(case.root).as_posix()
    found["problems"] = [p.replace(f"{case.root}/", "") for p in found["problems"]]
    return {**found, "offers": [o for clip in clips for o in clip_offers(clip)]}

"""Which films and pictures does a released copy hold? Those of its `media/`, as its release.json tells of them.

They were coded anew for their audience and carry no telemetry: a film has a place on the timeline where release.toml says
when its first picture was taken, and none on the map. What was withheld is not counted anywhere, so the page says that
something may have been, in the same words for every copy.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from blindspot.publish.report.media import playable
from blindspot.publish.report.scene_clips import clip_columns

if TYPE_CHECKING:
    from pathlib import Path

MARK = "release.json"  # a folder that holds it is a released copy


def released(root: Path) -> bool:
    """Whether a case is a copy that was written for one audience."""
    return (root / MARK).is_file()


def released_films(root: Path) -> tuple[list[dict[str, Any]], dict[str, Path]]:
    """Every film of a released copy for the scene (as `films.clips_of`), and where each lies, by id."""
    clips, films = [], {}
    for n, told in enumerate((m for m in _media(root) if m["kind"] == "video"), 1):
        path = root / "media" / told["name"]
        if (made := playable(path)) is None:
            continue
        start = round(datetime.fromisoformat(told["start"]).timestamp() * 1000) if told["start"] else None
        key = f"clip{n}"
        films[key] = path
        clips.append(
            {
                "id": key, "name": told["text"] or told["name"], "sha256": made.sha256,
                "start": start, "end": None if start is None else start + round(made.seconds * 1000),
                "corners": [], "gsd": None, "lag": None, "doubts": [], "film": made.told, "released": True,
                **clip_columns(path, made, {}),
            }
        )  # fmt: skip
    return clips, films


def released_pictures(root: Path) -> list[dict[str, Any]]:
    """Every picture of a released copy: id, words, file, width and height in pixels."""
    found = []
    for n, told in enumerate((m for m in _media(root) if m["kind"] == "picture"), 1):
        path = root / "media" / told["name"]
        head = path.read_bytes()[:24] if path.is_file() else b""
        if head[12:16] == b"IHDR":
            wide, high = (int.from_bytes(head[k : k + 4], "big") for k in (16, 20))
            found.append(
                {"id": f"picture{n}", "text": told["text"] or told["name"], "path": path, "width": wide, "height": high}
            )
    return found


def _media(root: Path) -> list[dict[str, str]]:
    """What release.json says of its media; nothing in a copy of an older version or of another hand."""
    try:
        said = json.loads((root / MARK).read_text(encoding="utf-8"))
        return [{k: str(m[k]) for k in ("name", "kind", "text", "start")} for m in said.get("media", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []

"""Lists of allowed structure: which files, columns, keys, tags, chunks and boxes a released copy may have at all."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import tomllib
from contextlib import closing
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from blindspot.case.cells import runs
from blindspot.case.rows import Finding, Head, Hypothesis, Question
from blindspot.publish.release.boxes import mp4_faults, png_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from blindspot.publish.release.model import Selection


@cache
def allowed() -> dict[str, Any]:
    """The lists of allowed.toml."""
    return tomllib.loads(files("blindspot.publish.release").joinpath("allowed.toml").read_text(encoding="utf-8"))


def structure_faults(path: Path, name: str, selection: Selection) -> Iterator[str]:
    """What in the structure of one file is not on the lists."""
    if path.is_symlink() or not path.is_file():
        yield "is not an ordinary file"
        return
    suffix = path.suffix.lower()
    folder = name.rpartition("/")[0]
    if name in selection.tables:
        yield from _csv(path, selection.tables[name][0])
    elif suffix == ".csv" and folder == "tables":
        yield from _csv(path, None)
    elif folder == "media" and suffix == ".png":
        yield from png_faults(path.read_bytes(), allowed()["png_chunks"])
    elif folder == "media" and suffix == ".mp4":
        yield from mp4_faults(path.read_bytes(), allowed()["mp4_boxes"], allowed()["h264_units"])
    elif name not in allowed()["files"]:
        yield "is not a file that may be released"
    elif suffix == ".json":
        own = _ids(selection)
        keys = set(allowed()["json_keys"]) | own
        try:
            yield from (
                f"the key {key!r} is not on the list"
                for key in sorted(set(_keys(json.loads(path.read_bytes()))) - keys)
            )
        except ValueError:
            yield "is not JSON"
    elif suffix == ".html":
        shown = {*selection.films, *(f"media/{about['name']}" for about in selection.media)}
        yield from html_faults(path.read_bytes().decode("utf-8", "replace"), selection.programs, _ids(selection), shown)
    elif suffix == ".gpkg":
        yield from _sqlite(path)
    elif name == "case.toml":
        yield from _toml(path)


def _csv(path: Path, columns: list[str] | None) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8", "replace")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if columns is not None and rows[:1] != [columns]:
        yield f"its columns are not those that the rules let go ({', '.join(rows[0]) if rows else 'none'})"
    for n, row in enumerate(rows, 1):
        for cell in row:
            if runs(cell):
                yield f"row {n}: a spreadsheet would run the cell {cell[:20]!r}"


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from _keys(part)
    elif isinstance(value, list):
        for part in value:
            yield from _keys(part)


def _ids(selection: Selection) -> set[str]:
    """Names that results use as keys: the ids that the copy holds, and the structural scenarios."""
    found = {"other", *allowed()["scenarios"]}
    for file, (columns, rows) in selection.tables.items():
        found |= {file.rpartition("/")[2].removesuffix(".csv"), *columns, *(row["id"] for row in rows if "id" in row)}
    for question in selection.head.get("question", []):
        found |= {question["id"], *(h["id"] for h in question.get("hypothesis", []))}
    return found


def _toml(path: Path) -> Iterator[str]:
    def beyond(table: dict[str, Any], row: Any, where: str) -> Iterator[str]:
        for key in table.keys() - row.model_fields.keys():
            yield f"the key {where}{key} is not on the list"

    try:
        head = tomllib.loads(path.read_bytes().decode("utf-8"))
    except ValueError:
        yield "is not TOML"
        return
    if any(line.lstrip().startswith(b"#") for line in path.read_bytes().splitlines()):
        yield "holds a comment"
    yield from beyond(head, Head, "")
    for question in head.get("question", []):
        yield from beyond(question, Question, "question.")
        for hypothesis in question.get("hypothesis", []):
            yield from beyond(hypothesis, Hypothesis, "question.hypothesis.")
    for finding in head.get("finding", []):
        yield from beyond(finding, Finding, "finding.")


def _sqlite(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    if not raw.startswith(b"SQLite format 3\0"):
        yield "is not a database"
        return
    if free := int.from_bytes(raw[36:40], "big"):
        yield f"has {free} free pages, which may hold deleted rows; a released database is written fresh"
    if raw[18:20] != b"\x01\x01":
        yield "keeps a write-ahead log"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            names = [
                row[0] for row in database.execute("select name from sqlite_master where type in ('table', 'view')")
            ]
    except sqlite3.DatabaseError:
        yield "is not a database that can be read"
        return
    for name in names:
        if name not in allowed()["gpkg_tables"] and not name.startswith(("gpkg_", "rtree_", "sqlite_")):
            yield f"the table {name} is not on the list"


def html_faults(
    text: str, programs: Iterable[str] = (), ids: Iterable[str] = (), shown: Iterable[str] = ()
) -> list[str]:
    """Tags, attributes, comments, links, scripts, films and pictures of a page that are not on the lists.

    A script is one of `programs`, letter by letter, or the data of the scene with keys that are on the list or `ids`; a film or a
    picture one of `shown`: what lies in media/, as a file or as data, and the stills of its films.
    """
    page = _Page(frozenset(programs), frozenset(ids), frozenset(shown))
    page.feed(text)
    page.close()
    if not page.policy:
        page.faults.append("has no content security policy that forbids all loading")
    return list(dict.fromkeys(page.faults))


class _Page(HTMLParser):
    def __init__(self, programs: frozenset[str], ids: frozenset[str], shown: frozenset[str]) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.policy = False
        self._programs, self._ids, self._shown = programs, ids, shown
        self._script: list[str] | None = None  # what stands in the script that is open
        self._data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self._script, self._data = [], dict(attrs) == {"type": "application/json", "id": "scene-data"}
            if attrs and not self._data:
                self.faults.append("a script is neither the program of the page nor the data of its scene")
            return
        if tag not in allowed()["html_tags"]:
            self.faults.append(f"the tag <{tag}> is not on the list")
        for name, value in attrs:
            if name not in allowed()["html_attributes"] and not name.startswith("aria-"):
                self.faults.append(f"the attribute {name} of <{tag}> is not on the list")
            if name == "href" and not (value or "").startswith(("#", "https://", "http://")):
                self.faults.append(f"a link leads to {(value or '')[:20]!r}")
            if name == "src" and value not in self._shown:
                self.faults.append(f"<{tag}> shows {(value or '')[:20]!r}, which is not in media/")
            if name == "style" and any(
                word in (value or "").replace(" ", "") for word in ("display:none", "visibility:hidden", "url(")
            ):
                self.faults.append(f"<{tag}> is hidden or loads something")
            if name == "content" and "default-src 'none'" in (value or ""):
                self.policy = True

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != "script" or self._script is None:
            return
        text, self._script = "".join(self._script), None
        if not self._data:
            if text not in self._programs:
                self.faults.append("a script is neither the program of the page nor the data of its scene")
            return
        try:
            keys = set(_keys(json.loads(text))) - set(allowed()["scene_keys"]) - self._ids
        except ValueError:
            self.faults.append("the data of the scene is not JSON")
            return
        self.faults += [f"the key {key!r} of the scene is not on the list" for key in sorted(keys)]

    def handle_comment(self, _data: str) -> None:
        self.faults.append("holds a comment")

    def handle_pi(self, _data: str) -> None:
        self.faults.append("holds a processing instruction")

    def unknown_decl(self, _data: str) -> None:
        self.faults.append("holds an unknown declaration")

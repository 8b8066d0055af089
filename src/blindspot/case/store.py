"""What in a case is fresh? A result is made again only when what it was made from has changed.

The key of a result is the SHA-256 of its method id, its settings and the SHA-256 of every file it reads. File hashes are
remembered by size and modification time; `blindspot review --fresh` and `verify` ignore that memory.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

PIECE = 1 << 20
FILES = (
    "case.toml",
    "sources.csv",
    "origins.csv",
    "facts.csv",
    "expect.csv",
    "claims.csv",
    "places.csv",
    "stops.csv",
    "standards.csv",
    "sorties.toml",
    "flight_claims.csv",
    "watch.csv",
    "households.csv",
    "texts.csv",
    "tolls.csv",
    "links.csv",
    "undercount.csv",
    "gap_answers.csv",
)
FOLDERS = ("lists", "assessments", "counts")


def hand_files(root: Path) -> list[str]:
    """The files that people typed, relative to the case, sorted."""
    found = [name for name in FILES if (root / name).is_file()]
    for folder in FOLDERS:
        found += [
            f"{folder}/{path.name}"
            for path in (root / folder).glob("*")
            if path.suffix in {".csv", ".xlsx"} and path.is_file()
        ]
    return sorted(found)


def matching(root: Path, glob: str) -> list[str]:
    """The files of a case that fit a glob such as `footage/*`, relative to the case, sorted."""
    return sorted(path.relative_to(root).as_posix() for path in root.glob(glob) if path.is_file())


class Store:
    """The `made/` folder of a case: derived results with their provenance. Safe to delete."""

    def __init__(self, root: Path, *, fresh: bool = False) -> None:
        self._root = root
        self._made = root / "made"
        self._memo_path = self._made / "hashes.json"
        self._memo: dict[str, list[Any]] = {} if fresh else _read_json(self._memo_path)
        self._fresh = fresh
        self._changed = False

    def hashes(self, files: Iterable[str]) -> dict[str, str]:
        """SHA-256 by file name, relative to the case."""
        return {name: self._hash(name) for name in files}

    def _hash(self, name: str) -> str:
        stat = (self._root / name).stat()
        known = self._memo.get(name)
        if known and known[:2] == [stat.st_size, stat.st_mtime_ns]:
            return str(known[2])
        digest = file_hash(self._root / name)
        self._memo[name] = [stat.st_size, stat.st_mtime_ns, digest]
        self._changed = True
        return digest

    def get(self, name: str, key: str) -> Any | None:
        """The stored result of a stage, or None where it was made from something else."""
        if self._fresh or _read_json(self._made / f"{name}.made.json").get("key") != key:
            return None
        path = self._made / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def is_fresh(self, name: str, key: str, outputs: Iterable[Path]) -> bool:
        """Whether the outputs of a stage exist and were made under this key, unchanged since."""
        made = _read_json(self._made / f"{name}.made.json")
        if self._fresh or made.get("key") != key:
            return False
        sizes = made.get("outputs", {})
        return all(
            path.exists() and sizes.get(str(path)) == [path.stat().st_size, path.stat().st_mtime_ns] for path in outputs
        )

    def put(self, name: str, made: Made, result: Any = None, outputs: Iterable[Path] = ()) -> None:
        """Keep a result and what it was made from."""
        if result is not None:
            _keep(self._made / f"{name}.json", json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
        sizes = {str(p): [p.stat().st_size, p.stat().st_mtime_ns] for p in outputs}
        record = {
            "stage": name,
            "key": made.key,
            "method": made.method,
            "settings": made.settings,
            "files": made.files,
            "when": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            "outputs": sizes,
        }
        _keep(self._made / f"{name}.made.json", json.dumps(record, indent=1, ensure_ascii=False) + "\n")

    def save_memo(self) -> None:
        """Remember the hashes computed in this run."""
        if self._changed:
            _keep(self._memo_path, json.dumps(self._memo, indent=0, sort_keys=True) + "\n")


@dataclass(frozen=True, slots=True)
class Made:
    """What a result was made from."""

    method: str
    settings: Mapping[str, str]
    files: Mapping[str, str]

    @property
    def key(self) -> str:
        """The SHA-256 that names this result."""
        text = json.dumps([self.method, dict(self.settings), dict(self.files)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def file_hash(path: Path, told: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file, read in pieces. `told`: is given the size of each piece that was read."""
    with path.open("rb") as file:
        if told is None:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        while piece := file.read(PIECE):
            digest.update(piece)
            told(len(piece))
        return digest.hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a reader sees the old bytes or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


def _keep(path: Path, text: str) -> None:
    """Write where it is allowed: a case on read-only media is reviewed all the same, only nothing is remembered."""
    try:
        write_text(path, text)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return {}  # made/ is disposable: what cannot be read is made again
    return found if isinstance(found, dict) else {}

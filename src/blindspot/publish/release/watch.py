"""Gate 1, the watch-list: does any byte of the copy hold a value that may not go to this audience?

Each kind of value has its own way of being found again: people under any spelling and script, places in any notation, texts by
runs of six words, the rest letter by letter after folding. What a rule lets go as a whole value elsewhere is no leak; names of
people and places have no such exception but [[allow]].
"""

from __future__ import annotations

import re
import tomllib
import urllib.parse
from typing import TYPE_CHECKING, Any

from blindspot.case.store import file_hash, hand_files
from blindspot.errors import UsageError
from blindspot.publish.release.coordinates import Point, in_bytes, in_text
from blindspot.publish.release.model import Protected
from blindspot.publish.release.policy import FILE
from blindspot.publish.release.scripts import WORD, fold, is_latin, skeleton, sound, squeeze
from blindspot.publish.release.texts import readings
from blindspot.publish.release.transforms import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from blindspot.case.custody.model import Line
    from blindspot.publish.release.policy import Profile

RUN = 6  # words of a text that are taken for a quotation of it
_NOT_NAMES = frozenset(
    [
        "a",
        "an",
        "and",
        "another",
        "baby",
        "boy",
        "boys",
        "brother",
        "child",
        "children",
        "cousin",
        "daughter",
        "dead",
        "driver",
        "family",
        "father",
        "female",
        "girl",
        "girls",
        "guard",
        "he",
        "her",
        "his",
        "infant",
        "injured",
        "killed",
        "male",
        "man",
        "men",
        "missing",
        "mother",
        "name",
        "named",
        "neighbour",
        "neighbor",
        "nephew",
        "niece",
        "no",
        "not",
        "of",
        "old",
        "one",
        "or",
        "person",
        "persons",
        "relative",
        "relatives",
        "several",
        "she",
        "sister",
        "some",
        "son",
        "the",
        "their",
        "three",
        "toddler",
        "two",
        "uncle",
        "unidentified",
        "unknown",
        "unnamed",
        "wife",
        "husband",
        "with",
        "woman",
        "women",
        "worker",
        "year",
        "years",
        "young",
    ]  # a list of words reads better as words
)
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_DECIMAL = re.compile(r"\d+\.\d+")  # an angle or a length: no number that anybody dials
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FOLDERS = (
    "texts",
    "footage",
    "tracks",
    "flights",
    "surface",
    "counts",
    "occupancy",
    "lists",
    "assessments",
    "evidence",
    "media",
    "marks",
)
_MEASURED = {"tracks", "flights", "surface", "counts", "occupancy"}
_TEXTS = {".txt", ".md", ".html", ".htm", ".csv", ".json", ".jsonl", ".xml", ".srt", ".vtt", ".eml"}


class Watch:
    """The watch-list of one release, made ready for search."""

    def __init__(
        self, protected: Iterable[Protected], kept: set[str], allowed: Iterable[str], public: Iterable[float] = ()
    ) -> None:
        self.kept = kept
        self.public = tuple(public)  # degrees that the copy may hold
        self._may = {fold(a).strip() for a in allowed}
        self._plain: dict[str, Protected] = {}  # folded text -> what it is; found anywhere
        self._whole: dict[str, Protected] = {}  # folded word or id; found as a whole word
        self._squeezed: dict[str, Protected] = {}
        self._sounds: dict[tuple[str, ...], Protected] = {}  # full names by sound
        self._part_sounds: dict[str, Protected] = {}
        self._skeletons: dict[tuple[str, ...], Protected] = {}
        self._part_skeletons: dict[str, Protected] = {}
        self._runs: dict[tuple[str, ...], Protected] = {}
        self.points: list[Point] = []
        said = [_words(value) for value in kept]
        self._spoken = {run for words in said for run in _runs(words)}
        self._ends = {tuple(words[-n:]) for words in said for n in range(1, RUN)}
        self._begins = {tuple(words[:n]) for words in said for n in range(1, RUN)}
        for p in protected:
            if fold(p.value).strip() in self._may or (
                p.value in kept and p.kind not in {"person", "coordinate", "secret"}
            ):
                continue
            self._add(p)
        self._kept_urls = sorted((fold(v) for v in kept if "/" in v), key=len, reverse=True)
        ids = sorted(self._whole, key=len, reverse=True)
        self._whole_pattern = (
            re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, ids)) + r")(?![\w-])") if ids else None
        )

    def _add(self, p: Protected) -> None:
        value = fold(p.value).strip()
        if p.kind == "person":
            self._person(p)
        elif p.kind == "coordinate":
            lat, lon = (float(x) for x in p.value.split(","))
            self.points.append(Point(lat, lon, p.where))
        elif p.kind == "url":
            self._url(value, p)
        elif p.kind == "id":
            if len(value) >= 5 or (len(value) >= 3 and re.search(r"[\d_]", value)):
                self._whole.setdefault(value, p)
        elif p.kind == "time":
            if "t" in value:
                self._plain.setdefault(value, p)
        elif p.kind == "hash":
            self._plain.setdefault(value[:20], p)
        elif p.kind in {"file", "path", "secret"}:
            if len(value) >= 5:
                self._plain.setdefault(value, p)
        else:
            self._text(value, p)

    def _person(self, p: Protected) -> None:
        words = [w for w in _words(p.value) if w not in _NOT_NAMES and not w.isdigit()]
        if not words:
            return
        for w in words:
            if w in self._may:
                continue
            if len(w) >= 6:
                self._plain.setdefault(w, p)
            elif len(w) >= 3:
                self._whole.setdefault(w, p)
            if is_latin(w) and len(sound(w)) >= 5:
                self._part_sounds.setdefault(sound(w), p)
            if len(skeleton(w)) >= 3:
                self._part_skeletons.setdefault(skeleton(w), p)
        if len(words) > 1:
            if len("".join(words)) >= 7:
                self._squeezed.setdefault("".join(words), p)
                self._squeezed.setdefault("".join(reversed(words)), p)
            for order in (words, words[::-1]):
                if all(is_latin(w) for w in order):
                    self._sounds.setdefault(tuple(sound(w) for w in order), p)
                bones = tuple(skeleton(w) for w in order)
                if sum(map(len, bones)) >= 4:
                    self._skeletons.setdefault(bones, p)

    def _url(self, value: str, p: Protected) -> None:
        bare = re.sub(r"^[a-z]+://(?:www\.)?", "", value).rstrip("/")
        host, slash, _ = bare.partition("/")
        if slash or len(host) >= 8:
            self._plain.setdefault(bare, p)
        for _, part in urllib.parse.parse_qsl(urllib.parse.urlsplit(value).query):
            if len(part) >= 6 and part not in self._may:
                self._plain.setdefault(part, p)

    def _goes(self, run: tuple[str, ...]) -> bool:
        """Whether these words go anyway: in one value, or as the end of one and the beginning of the next, as cells of a page."""
        return run in self._spoken or any(run[:n] in self._ends and run[n:] in self._begins for n in range(1, len(run)))

    def _text(self, value: str, p: Protected) -> None:
        for m in _MAIL.finditer(value):
            self._plain.setdefault(m[0], p)
        for m in _PHONE.finditer(value) if p.kind != "row" else ():
            digits = re.sub(r"\D", "", m[0])
            if not re.fullmatch(r"(?:19|20)\d{6,}|.{,7}", digits) and not _DECIMAL.fullmatch(m[0]):
                self._squeezed.setdefault(digits, p)
        words = _words(value)
        if len(words) >= RUN:
            for run in _runs(words):
                if not self._goes(run):
                    self._runs.setdefault(run, p)
        elif len(value) >= 12:
            if not any(value in fold(k) for k in self.kept):
                self._plain.setdefault(value, p)
        elif len(value) >= 4 and p.value[:1] != p.value[:1].lower():  # a short name of something
            self._whole.setdefault(value, p)

    def search(self, data: bytes) -> Iterator[str]:
        """What the bytes give away, in words for the reviewer."""
        found: dict[tuple[str, str], str] = {}
        for text in readings(data):
            for p, how in self._in(text):
                found.setdefault((p.where, how), f"{how} ({p.kind} {_short(p.value)!r} of {p.where})")
            for point, how in in_text(text, self.points, self.public):
                found.setdefault((point.where, how), f"a protected position as {how} ({point.where})")
        for point, how in in_bytes(data, self.points, self.public):
            found.setdefault((point.where, how), f"a protected position as {how} ({point.where})")
        yield from found.values()

    def _in(self, text: str) -> Iterator[tuple[Protected, str]]:
        folded = fold(text)
        without = folded
        if any(p.kind == "url" for p in self._plain.values()):
            for url in self._kept_urls:
                without = without.replace(url, " ")
        for needle in _possible(self._plain, folded):
            p = self._plain[needle]
            if needle in (without if p.kind == "url" else folded):
                yield p, "the value itself"
        if self._whole_pattern is not None:
            for m in self._whole_pattern.finditer(folded):
                yield self._whole[m[0]], "the value itself"
        if self._squeezed:
            run = squeeze(folded)
            for needle in _possible(self._squeezed, run):
                if needle in run:
                    yield self._squeezed[needle], "the value without spaces"
        yield from self._by_words(text, folded)

    def _by_words(self, text: str, folded: str) -> Iterator[tuple[Protected, str]]:
        words = WORD.findall(folded)
        if self._runs:
            for k in range(len(words) - RUN + 1):
                p = self._runs.get(tuple(words[k : k + RUN]))
                if p is not None:
                    yield p, f"{RUN} words in a row"
        if not (self._sounds or self._part_sounds or self._skeletons):
            return
        for w in {w for w in WORD.findall(text) if w[:1].isupper() or not w.isascii()}:
            f = fold(w)
            p = self._part_sounds.get(sound(f)) if is_latin(f) else self._part_skeletons.get(skeleton(f))
            if p is not None and f not in self._may:
                yield p, f"a spelling of a name, {w}"
        latin = [sound(w) if is_latin(w) else "" for w in words]
        bones = [skeleton(w) for w in words]
        for table, row, how in (
            (self._sounds, latin, "a spelling of a full name"),
            (self._skeletons, bones, "a full name in another script or spelling"),
        ):
            for length in {len(key) for key in table}:
                for k in range(len(row) - length + 1):
                    p = table.get(tuple(row[k : k + length]))
                    if p is not None and (
                        table is self._sounds
                        or not all(map(is_latin, words[k : k + length]))
                        or not is_latin(fold(p.value))
                    ):
                        yield p, how


def protected_beside(root: Path, profile: Profile, lines: list[Line], going: Iterable[str]) -> list[Protected]:
    """What may not go besides the tables: other files and their names, hashes, origins of evidence, the secret, [[protect]]."""
    found = [Protected("secret", (root / SECRET).read_text(encoding="utf-8").strip(), SECRET)]
    found.append(Protected("path", str(root.resolve()), "the folder of the case"))
    for name in hand_files(root):
        found.append(Protected("hash", file_hash(root / name), name))
    for path in sorted(p for f in _FOLDERS for p in (root / f).rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name not in going:
            found.append(Protected("file", path.name, name))
        if path.suffix.lower() in _TEXTS and name not in hand_files(root) and path.stat().st_size < 1 << 20:
            found += _prose(path, name)
    for path in sorted(root.glob("*.toml")):
        if path.name not in {"case.toml", FILE} and path.is_file():
            try:
                found += _typed(tomllib.loads(path.read_text(encoding="utf-8-sig")), path.name)
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise UsageError(
                    f"{path}: is not TOML, so nobody can tell what in it must not go; mend it or move it out of the case. Nothing was released."
                ) from error
    for path in sorted(root.glob("*.md")) + sorted(root.glob("*.txt")):
        found += _prose(path, path.name)
    for line in lines:
        where = f"custody.jsonl:{line.n + 1}"
        if line.act == "ingest":
            found.append(Protected("hash", str(line.says["sha256"]), where))
            found.append(Protected("file", str(line.says["name"]), where))
            found.append(Protected("path", str(line.says.get("path", "")), where))
            if line.says.get("source"):
                found.append(Protected("url", str(line.says["source"]), where))
        if line.says.get("by") and not str(line.says["by"]).startswith("root@"):
            found.append(Protected("text", str(line.says["by"]), where))
    for k, rule in enumerate(profile.policy.protect):
        found += [Protected(rule.kind, value, f"release.toml:protect {k + 1}") for value in rule.values]
    return found


def _possible(needles: Mapping[str, Protected], text: str) -> Iterator[str]:
    """The needles (of five letters or more) whose first and last four letters stand in a text: the rest need no search."""
    if len(needles) * len(text) < 1_000_000:
        yield from needles
        return
    fours = set(map("".join, zip(text, text[1:], text[2:], text[3:], strict=False)))
    yield from (needle for needle in needles if needle[:4] in fours and needle[-4:] in fours)


def _typed(value: Any, where: str) -> Iterator[Protected]:
    """The texts and positions of a file that never goes, such as sorties.toml."""
    if isinstance(value, dict):
        if isinstance(value.get("lat"), int | float) and isinstance(value.get("lon"), int | float):
            yield Protected("coordinate", f"{value['lat']},{value['lon']}", where)
        for key, part in value.items():
            yield from _typed(part, f"{where}:{key}")
    elif isinstance(value, list):
        for part in value:
            yield from _typed(part, where)
    elif isinstance(value, str):
        yield Protected("url" if "://" in value else "text", value, where)


def _prose(path: Path, name: str) -> Iterator[Protected]:
    """Its lines. In a table of measured numbers no long number is one to dial: among thousands one would stand in any page."""
    text = path.read_bytes().decode("utf-8", "ignore")
    kind = "row" if path.suffix.lower() == ".csv" and name.split("/", maxsplit=1)[0] in _MEASURED else "text"
    for n, line in enumerate(text.splitlines(), 1):
        if len(_words(line)) >= RUN:
            yield Protected(kind, line, f"{name}:{n}")


def _words(text: str) -> list[str]:
    return WORD.findall(fold(text))


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for k in range(len(words) - RUN + 1):
        yield tuple(words[k : k + RUN])


def _short(text: str) -> str:
    return text if len(text) <= 50 else text[:49] + "…"

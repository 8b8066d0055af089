"""BagIt packages (RFC 8493): the evidence and its log out to people who do not have Blindspot, and bags of others in.

Our own bags hold every list in one form, so that no byte of a list can change unnoticed; bags of others are read as the
RFC allows. A bag is made beside its place and renamed when it is whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from blindspot.case.custody.chain import HEAD, LOG, read_log, sync_folder, tool
from blindspot.case.custody.model import Fault
from blindspot.case.custody.prov import provenance
from blindspot.case.custody.readme import bag_readme
from blindspot.case.custody.sums import compare, hashes, read_sums, walk, write_sums
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MANIFEST = re.compile(r"(tag)?manifest-(md5|sha1|sha224|sha256|sha384|sha512)\.txt")
_OURS = "Bag-Software-Agent: blindspot "
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def is_bag(root: Path) -> bool:
    """Whether a folder means to be a bag, whole or not."""
    return (root / "bagit.txt").exists() or any(_MANIFEST.fullmatch(p.name) for p in root.iterdir())


def pack(case: str | Path, target: str | Path) -> Path:
    """The evidence, the log and the provenance of a case as a bag at `target`.

    Raises UsageError where something stands there already or the log is damaged; leaves nothing half-made.
    """
    root, bag = Path(case), Path(target)
    if bag.exists():
        raise UsageError(f"{bag}: exists already; nothing was changed. Give the package another name.")
    lines, faults = read_log(root)
    if faults:
        raise UsageError(f"{root / faults[0].path}: {faults[0].what}. Nothing was packed.")
    part = bag.with_name(f".{bag.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        names = _held(root)
        for name in names:
            to = part / "data" / name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, to, follow_symlinks=False)
        (part / "data").mkdir(parents=True, exist_ok=True)
        prov = json.dumps(provenance(root, lines), ensure_ascii=False, indent=1) + "\n"
        (part / "data" / "prov.json").write_text(prov, encoding="utf-8")
        seal(part, root.resolve().name, bag_readme(lines))
        part.rename(bag)
        sync_folder(bag.absolute().parent)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise UsageError(
                f"{bag}: the disk is full; no package was made. Make room and run the same command again."
            ) from error
        raise
    except UsageError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return bag


def seal(folder: Path, identifier: str, readme: str) -> None:
    """Make a bag of a folder that holds data/: declaration, README, manifest, tag manifest; all seen onto the disk."""
    payload, _ = walk(folder / "data")
    names = [f"data/{name}" for name in payload]
    size = sum((folder / name).stat().st_size for name in names)
    (folder / "bagit.txt").write_text(_DECLARATION, encoding="utf-8")
    (folder / "bag-info.txt").write_text(
        f"{_OURS}{tool().removeprefix('blindspot ')}\nExternal-Identifier: {identifier}\nPayload-Oxum: {size}.{len(names)}\n",
        encoding="utf-8",
    )
    (folder / "README.txt").write_text(readme, encoding="utf-8")
    (folder / "manifest-sha256.txt").write_bytes(write_sums(hashes(folder, names)))
    tags = ["README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    (folder / "tagmanifest-sha256.txt").write_bytes(write_sums(hashes(folder, tags)))
    for name in [*names, *tags, "tagmanifest-sha256.txt"]:
        file = os.open(folder / name, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def check_bag(root: Path, progress: Callable[[str], None] = lambda _: None) -> tuple[int, list[Fault]]:
    """How many files were read and what is wrong with a bag, ours or another's."""
    present, faults = walk(root)
    info = _text(root / "bag-info.txt")
    ours = info.startswith(_OURS) or (root / "data" / LOG).exists()
    manifests = {m[0]: (bool(m[1]), m[2]) for name in present if (m := _MANIFEST.fullmatch(name))}
    if _text(root / "bagit.txt").split("\n")[0] not in {
        f"BagIt-Version: {v}" for v in ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
    }:
        faults.append(Fault("bagit.txt", "is missing or is not the declaration of a bag"))
    if not any(not tag for tag, _ in manifests.values()):
        faults.append(Fault("manifest-sha256.txt", "is missing: nothing says what the payload was"))
    if ours:
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt", "README.txt"):
            if name not in present:
                faults.append(Fault(name, "is missing"))
    if (root / "fetch.txt").exists():
        faults.append(Fault("fetch.txt", "names files to be fetched from a network; fetch them and verify again"))
    payload = [name for name in present if name.startswith("data/")]
    tags = [name for name in present if not name.startswith("data/") and not name.startswith("tagmanifest-")]
    checked = 0
    for name, (tag, algorithm) in sorted(manifests.items()):
        raw = (root / name).read_bytes()
        listed, found = read_sums(name, raw) if ours else _lenient(name, raw, algorithm)
        faults += found
        # Tag files need not be listed (RFC 8493, 2.2.1), but ours all are.
        expected = tags if tag and ours else [t for t in tags if t in listed] if tag else payload
        count, differing = (
            compare(root, listed, expected, progress)
            if algorithm == "sha256"
            else _other(root, listed, expected, algorithm)
        )
        checked += count
        faults += differing
    oxum = re.search(r"^Payload-Oxum:\s*(\d+)\.(\d+)\s*$", info, re.MULTILINE)
    if oxum and (int(oxum[1]), int(oxum[2])) != (sum((root / p).stat().st_size for p in payload), len(payload)):
        faults.append(
            Fault("bag-info.txt", f"Payload-Oxum says {oxum[1]} bytes in {oxum[2]} files; the payload differs")
        )
    return checked, faults


def payload(root: Path) -> list[Path]:
    """The payload of a bag that holds. Raises UsageError with the first fault where it does not."""
    _, faults = check_bag(root)
    if faults:
        first = min(faults)
        raise UsageError(
            f"{root / first.path}: {first.what}. Nothing was taken in; `blindspot verify {root}` names every fault."
        )
    return [root / "data" / name for name in walk(root / "data")[0]]


def _held(root: Path) -> list[str]:
    names = [name for name in (LOG, HEAD) if (root / name).is_file()]
    for folder in ("evidence", "stamps"):
        if (root / folder).is_dir():
            found, odd = walk(root / folder)
            if odd:
                raise UsageError(f"{root / folder / odd[0].path}: {odd[0].what}. Nothing was packed.")
            names += [f"{folder}/{name}" for name in found]
    return names


def _lenient(name: str, raw: bytes, algorithm: str) -> tuple[dict[str, str], list[Fault]]:
    listed: dict[str, str] = {}
    faults: list[Fault] = []
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size * 2
    for n, line in enumerate(raw.decode("utf-8-sig", "replace").splitlines(), 1):
        found = re.fullmatch(rf"([0-9A-Fa-f]{{{size}}})\s+\*?(.+?)", line)
        path = re.sub("%0[AaDd]|%25", lambda m: chr(int(m[0][1:], 16)), found[2]).removeprefix("./") if found else ""
        if found is None or path.startswith("/") or ".." in path.split("/") or "\\" in path:
            faults.append(Fault(name, f"line {n} is not a hash and the name of a file in this bag"))
        else:
            listed[path] = found[1].lower()
    return listed, faults


def _other(root: Path, listed: dict[str, str], expected: Iterable[str], algorithm: str) -> tuple[int, list[Fault]]:
    expected = set(expected)
    faults = [Fault(name, "is missing") for name in listed.keys() - expected]
    faults += [Fault(name, "was added: no list names it") for name in expected - listed.keys()]
    both = sorted(listed.keys() & expected)
    for name in both:
        with (root / name).open("rb") as file:
            if (
                hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
                != listed[name]
            ):
                faults.append(Fault(name, f"was changed: its {algorithm} is another"))
    return len(both), faults


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""

"""Time stamps (RFC 3161) and signatures (minisign) on the log: both optional, both made and checked by the programs of others.

What is stamped is one line of text that names the last line of the log and its SHA-256; a stamp on it therefore covers all
lines before. Blindspot asks no network: it writes the query, the reviewer has it stamped, and puts the reply beside it.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from blindspot.case.custody.chain import person, write_durably, writing
from blindspot.case.custody.model import Fault, Line
from blindspot.case.store import file_hash
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case.custody.chain import Writer

STAMPS = "stamps"
_REPLY = re.compile(r"line-\d{6}\.(tsq|tsr|tst)|ca\.pem")  # what comes after the line that names the anchor
_TEXT = re.compile(r"custody\.jsonl line (\d+) sha256 ([0-9a-f]{64})\n")


def anchor(root: Path) -> tuple[Path, list[str]]:
    """Write stamps/line-N.txt for the last line of the log and the query for an authority; returns it and what to run next."""
    with writing(root) as log:
        if not log.lines:
            raise UsageError(f"{root}: the custody log has no lines yet; ingest a file first.")
        folder = root / STAMPS
        _record(log)
        last = log.lines[-1]
        folder.mkdir(exist_ok=True)
        path = folder / f"line-{last.n + 1:06d}.txt"
        query = path.with_suffix(".tsq")
        write_durably(path, _says(last).encode())
        log.append("anchor", by=person(), file=f"{STAMPS}/{path.name}", line=last.n, digest=last.digest)
        asked = _run(["openssl", "ts", "-query", "-data", str(path), "-sha256", "-cert", "-out", str(query)])
        made = asked is not None and asked.returncode == 0
        _record(log)
    send = f"curl -H 'Content-Type: application/timestamp-query' --data-binary @{shlex.quote(str(query))} URL_OF_AUTHORITY -o {shlex.quote(str(path.with_suffix('.tsr')))}"
    return path, ([send] if made else []) + [command(path, path.with_suffix(".tsr"), folder / "ca.pem")]


def _record(log: Writer) -> None:
    """Replies of an authority, and its certificate, as they are now: not every byte of them is under their own signature."""
    known = {str(line.says["file"]) for line in log.lines if line.act in {"anchor", "stamp"}}
    for path in sorted((log.root / STAMPS).glob("*")):
        name = f"{STAMPS}/{path.name}"
        if name not in known and path.is_file() and not path.is_symlink():
            log.append("stamp", by=person(), file=name, sha256=file_hash(path))


def command(data: Path, token: Path, authority: Path) -> str:
    """The exact line that checks a stamp without Blindspot; a bare token (.tst) needs -token_in."""
    return shlex.join(_arguments(data, token, authority))


def check_stamps(root: Path, lines: list[Line]) -> tuple[tuple[int, list[Fault]], list[str]]:
    """Whether each anchor names a line of the log as it is, and each stamp on it holds; and what could not be checked."""
    faults: list[Fault] = []
    remarks: list[str] = []
    checked = 0
    folder = root / STAMPS
    for line in lines:
        if line.act != "anchor":
            continue
        path = root / str(line.says["file"])
        if not path.is_file():
            faults.append(Fault(str(line.says["file"]), "is missing"))
        elif not 0 <= line.says["line"] < line.n or path.read_bytes() != _says(lines[line.says["line"]]).encode():
            faults.append(
                Fault(str(line.says["file"]), "was changed: it does not name the line that it was written for")
            )
    for line in lines:
        if line.act == "stamp":
            checked += 1
            path = root / str(line.says["file"])
            if not path.is_file():
                faults.append(Fault(str(line.says["file"]), "is missing"))
            elif file_hash(path) != line.says["sha256"]:
                faults.append(Fault(str(line.says["file"]), "was changed"))
    anchors = {str(line.says["file"]) for line in lines if line.act == "anchor"}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = f"{STAMPS}/{path.name}"
        if name not in anchors and not _REPLY.fullmatch(path.name):
            faults.append(Fault(name, "was added: the log does not name it"))
    for path in sorted(folder.glob("line-*.txt")) if folder.is_dir() else []:
        checked += 1
        name = f"{STAMPS}/{path.name}"
        found = _TEXT.fullmatch(path.read_text(encoding="utf-8", errors="replace"))
        if found is None:
            faults.append(Fault(name, "is not an anchor of this log: it was changed"))
            continue
        n = int(found[1]) - 1
        if n >= len(lines) or lines[n].digest != found[2]:
            faults.append(Fault(name, f"names line {n + 1} of the log, which is missing or another now"))
        for token in (path.with_suffix(".tsr"), path.with_suffix(".tst")):
            if token.is_file():
                good = check_stamp(path, token, folder / "ca.pem")
                if good is None:
                    remarks.append(
                        f"{STAMPS}/{token.name} was not checked (openssl and {STAMPS}/ca.pem are needed): {command(path, token, folder / 'ca.pem')}"
                    )
                else:
                    checked += 1
                    if not good:
                        faults.append(
                            Fault(
                                f"{STAMPS}/{token.name}", f"does not verify: {command(path, token, folder / 'ca.pem')}"
                            )
                        )
    return (checked, faults), remarks


def check_stamp(data: Path, token: Path, authority: Path) -> bool | None:
    """Whether a stamp holds for a file; None where openssl or the authority's certificate is not at hand."""
    if not authority.is_file():
        return None
    done = _run(_arguments(data, token, authority))
    return None if done is None else done.returncode == 0


def sign(path: Path, key: Path) -> Path:
    """A minisign signature beside a file. Raises UsageError where minisign is not installed or refuses."""
    done = _run(["minisign", "-S", "-s", str(key), "-m", str(path)])
    if done is None:
        raise UsageError(
            "minisign: is not installed; nothing was signed. It is a small free program; install it or leave the signature out."
        )
    if done.returncode:
        raise UsageError(f"{path}: minisign refused: {done.stderr.strip() or done.stdout.strip()}")
    return path.with_name(path.name + ".minisig")


def check_signature(path: Path, public_key: str) -> bool | None:
    """Whether a minisign signature holds; None where minisign is not installed."""
    done = _run(["minisign", "-V", "-q", "-P", public_key, "-m", str(path)])
    return None if done is None else done.returncode == 0


def _says(line: Line) -> str:
    return f"custody.jsonl line {line.n + 1} sha256 {line.digest}\n"


def _arguments(data: Path, token: Path, authority: Path) -> list[str]:
    bare = ["-token_in"] if token.suffix == ".tst" else []
    return ["openssl", "ts", "-verify", "-data", str(data), "-in", str(token), *bare, "-CAfile", str(authority)]


def _run(words: list[str]) -> subprocess.CompletedProcess[str] | None:
    program = shutil.which(words[0])
    if program is None:
        return None
    return subprocess.run([program, *words[1:]], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  # our own words, no shell

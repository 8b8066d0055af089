"""The typed changes that a value may undergo on its way out; each is a pure function of the value.

A pseudonym is an HMAC (RFC 2104, SHA-256) under a secret of the case, so that one person keeps one name in all releases and
nobody without the secret can test a guess. A replacement has one width whatever it replaces: a gap as long as the word it
hides narrows the word down.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from blindspot.case.custody.chain import write_durably
from blindspot.errors import UsageError
from blindspot.quantities import read_moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "release.secret"  # noqa: S105  # the name of the file that holds it
WITHHELD = "[withheld]"


def case_secret(root: Path) -> bytes:
    """The secret of a case, made at its first release, readable by its owner only. It never leaves the case."""
    path = root / SECRET
    if not path.exists():
        write_durably(path, secrets.token_hex(32).encode() + b"\n", 0o600)
    if path.is_symlink():
        raise UsageError(f"{path}: is a symbolic link; the secret must be a file of the case itself.")
    raw = path.read_bytes().strip()
    if not re.fullmatch(rb"[0-9a-f]{64}", raw):
        raise UsageError(
            f"{path}: is not a secret that Blindspot made (64 hex digits). Restore it from a copy: with another, one person would get a second pseudonym."
        )
    return bytes.fromhex(raw.decode())


def pseudonym(secret: bytes, kind: str, value: str) -> str:
    """The same name for the same value in every release of a case: 10 characters of base 32, 50 bits."""
    digest = hmac.new(secret, f"{kind}\n{value}".encode(), hashlib.sha256).digest()
    return "x" + base64.b32encode(digest)[:10].decode().lower()


def drop(_: str, __: str) -> str:
    """Nothing."""
    return ""


def replace(_: str, to: str) -> str:
    """One text for all, whatever stood there."""
    return to or WITHHELD


def coarse_time(value: str, to: str) -> str:
    """A moment as its whole UTC day, or as the interval of whole hours that holds it; a blank stays blank."""
    if not value.strip():
        return ""
    moment = read_moment(value)
    start, end = moment.start, moment.end
    step = timedelta(days=1) if to == "day" else timedelta(hours=1)
    first = datetime.fromtimestamp(start.timestamp() // step.total_seconds() * step.total_seconds(), tz=UTC)
    last = first + step
    while last < end:
        last += step
    if to == "day" and last - first == step:
        return first.date().isoformat()
    return f"{_stamp(first)}/{_stamp(last)}"


def band(value: str, to: str) -> str:
    """An age as the band of `to` years that holds it, `30-39`; words stay out."""
    found = re.fullmatch(r"\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*", value)
    if not found:
        return ""
    width = int(to)
    low = int(found[1]) // width * width
    high = int(found[2] or found[1]) // width * width + width - 1
    return f"{low}-{high}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


TRANSFORMS: dict[str, Callable[[str, str], str]] = {"drop": drop, "replace": replace, "time": coarse_time, "band": band}

"""What does an RFC 3161 token say: which hash, when, and how is it verified without this program?

Only the fields are read (TSTInfo, RFC 3161 section 2.4.2); the signature is not checked here, and the item says so.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from blindspot.case.exchange.model import Imported, Item

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HASHES = {
    bytes.fromhex("2b0e03021a"): "SHA-1", bytes.fromhex("608648016503040201"): "SHA-256",
    bytes.fromhex("608648016503040202"): "SHA-384", bytes.fromhex("608648016503040203"): "SHA-512",
}  # fmt: skip
_TSTINFO = bytes.fromhex("2a864886f70d0109100104")


def read_token(path: Path, into: Imported) -> Item:
    """A reply (.tsr) or a bare token as an item of kind timestamp."""
    data = path.read_bytes()[: 1 << 20]
    bare = not path.name.endswith(".tsr")
    how = f"openssl ts -verify -data FILE -in {path.name}{' -token_in' if bare else ''} -CAfile CERTIFICATES"
    found = next(_infos(data, 0), None)
    digest = f"SHA-256 of the token itself: {hashlib.sha256(data).hexdigest()}"
    if found is None:
        into.refuse(0, path.name, "holds no timestamp that can be read (no TSTInfo)")
        return Item(path.name, "timestamp", f"not read. {digest}", fields={"verify": how})
    algorithm, imprint, when = found
    return Item(
        path.name, "timestamp", f"{algorithm}:{imprint} existed at {when}; the signature was not checked here. {digest}", when, "by the authority's clock",
        hashes=(f"{algorithm}:{imprint} (not at hand)",), fields={"verify": how, "bare_token": bare},
    )  # fmt: skip


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of the DER values that follow one another."""
    at = 0
    while at + 2 <= len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            if not size or size > 4 or at + size > len(data):
                return
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            return
        yield tag, data[at : at + length]
        at += length


def _infos(data: bytes, depth: int) -> Iterator[tuple[str, str, str]]:
    if depth > 12:
        return
    parts = list(_parts(data))
    for k, (tag, content) in enumerate(parts):
        if tag == 0x06 and content == _TSTINFO and k + 1 < len(parts):
            for _, wrapped in _parts(parts[k + 1][1]):
                for _, info in _parts(wrapped):
                    if (read := _info(info)) is not None:
                        yield read
        elif tag & 0x20:
            yield from _infos(content, depth + 1)


def _info(info: bytes) -> tuple[str, str, str] | None:
    fields = list(_parts(info))
    if len(fields) < 5 or fields[4][0] != 0x18:
        return None
    imprint = list(_parts(fields[2][1]))
    algorithm = next((c for t, c in _parts(imprint[0][1]) if t == 0x06), b"") if imprint else b""
    text = fields[4][1].decode("ascii", "replace").rstrip("Z").split(".")[0]
    try:
        when = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (
        _HASHES.get(algorithm, f"OID {algorithm.hex()}"),
        imprint[1][1].hex() if len(imprint) > 1 else "",
        f"{when:%Y-%m-%dT%H:%M:%SZ}",
    )

"""What stands in the README of each package: what it is, and how to verify it without Blindspot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blindspot.case.custody.model import Line

_STAMPS = """
Time stamps (RFC 3161), where stamps/ or a .tsr/.tst file is present. A .tsr is the authority's whole reply, a .tst is the
bare token and needs -token_in:

    openssl ts -verify -data FILE.txt -in FILE.tsr -CAfile ca.pem
    openssl ts -verify -data FILE.txt -in FILE.tst -token_in -CAfile ca.pem

ca.pem is the certificate of the authority; get it from the authority itself, not from this package. A stamp proves that the
bytes existed at that time, no more; one from an authority inside the sender's house is worth what its keeper is worth.

Signature, where a .minisig file is present, with the sender's public key from another channel:

    minisign -Vm FILE -P PUBLIC_KEY
"""


def bag_readme(lines: list[Line]) -> str:
    """README.txt of a bag of evidence."""
    end = lines[-1] if lines else None
    head = (
        f"The log has {len(lines)} lines; the SHA-256 of the last is {end.digest}.\n"
        if end
        else "The log has no lines.\n"
    )
    return f"""This is a BagIt package (RFC 8493) of evidence: data/evidence/ holds each file under its SHA-256, data/custody.jsonl says
who took it in, when (UTC), from where, and under which name. data/prov.json says the same in W3C PROV.

To verify it without Blindspot, in this folder:

    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt

Nothing may be listed that is missing, and no file may be present that is not listed.

To verify the log: each line holds, under "previous", the SHA-256 of the line before it, line feed included. For line 5:

    sed -n 4p data/custody.jsonl | sha256sum

{head}Ask the sender for that number over another channel: whoever can replace the whole package can make a new log.
{_STAMPS.replace("FILE", "data/stamps/FILE").replace("ca.pem", "data/stamps/ca.pem")}"""


def release_readme(title: str, audience: str, label: str) -> str:
    """README.txt of a released copy."""
    return f"""{title}

This is a copy of a Blindspot case, written for: {audience}. Handling: {label}.
It holds what may go to this audience and is a whole case by itself. Open report.html in a browser; it loads nothing from a network.
Things were left out, and some values are coarser than the reviewers know them; release.json says which kinds of change
were made. The conclusions were computed from this copy alone.

To verify it without Blindspot, in this folder:

    sha256sum -c SHA256SUMS

Nothing may be listed that is missing, and no file may be present that is not listed. With Blindspot:

    blindspot verify .
    blindspot check .
    blindspot weigh .
{_STAMPS.replace("FILE.txt", "SHA256SUMS").replace("FILE", "SHA256SUMS").replace(", where stamps/ or a .tsr/.tst file is present", ", where SHA256SUMS.tsr or SHA256SUMS.tst is present")}"""

"""Bellingcat's auto-archiver: its sheet, its db.csv, its lists of links, its RFC 3161 tokens.

Traps: db.csv cells are Python `repr` with calls to datetime; they are read by a walker that knows literals and exactly those
calls, never by eval. Sheet hashes are `SHA-256:hex`; several addresses stand in one cell; thumbnails are formulas.
"""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from blindspot.case.exchange.model import Imported, Item, utc_prefix
from blindspot.case.exchange.tables import load_json, read_csv, records
from blindspot.case.exchange.timestamps import read_token

if TYPE_CHECKING:
    from pathlib import Path

SHEET = (
    "link",
    "archive status",
    "archive location",
    "archive date",
    "thumbnail",
    "upload timestamp",
    "upload title",
    "text content",
    "hash",
)
MOST_CELL = 2_000_000


def read_archiver(path: Path) -> Imported:
    """A sheet export, a db.csv, a feeder CSV, a timestamp token, or the description of the sheet's columns."""
    into = Imported("auto-archiver")
    if path.suffix.lower() == ".json":
        load_json(path)
        into.refuse(0, path.name, "names columns and holds no rows")
    elif path.suffix.lower() == ".tsr" or path.name.startswith("timestamp_token"):
        into.items.append(read_token(path, into))
    else:
        rows = records(path, into)
        names = set(rows[0][1]) if rows else set()
        if {"status", "metadata", "media"} <= names:
            _database(rows, into)
        elif "link" in names:
            _sheet(rows, into)
        else:
            _feeder(path, into)
    return into


def _sheet(rows: list[tuple[int, dict[str, str]]], into: Imported) -> None:
    for at, row in rows:
        link = row["link"].strip()
        if not link:
            into.refuse(at, row, "has no link")
            continue
        hashes = tuple(
            f"{h.strip()} (not at hand)"
            for h in re.findall(r"SHA3?-(?:256|512):\s?[0-9a-fA-F]{2,128}", row.get("hash", ""))
        )
        when = utc_prefix(row.get("upload timestamp", ""))
        urls = tuple(u.strip() for u in row.get("archive location", "").splitlines() if u.strip())
        into.items.append(
            Item(
                link,
                "source",
                row.get("upload title", "") or row.get("text content", ""),
                when,
                "time of upload, not of the event" if when else "",
                None,
                None,
                None,
                "",
                (link, *urls),
                (),
                hashes,
                {},
                dict(row),
                at,
            )
        )


def _database(rows: list[tuple[int, dict[str, str]]], into: Imported) -> None:
    for at, row in rows:
        try:
            meta, media = literal(row["metadata"]), literal(row["media"])
        except ValueError as error:
            into.refuse(at, row["metadata"], f"is not a Python literal that is read here: {error}")
            continue
        if not isinstance(meta, dict) or not isinstance(media, list):
            into.refuse(at, row["metadata"], "is not a record with its media")
            continue
        stamp = meta.get("timestamp")
        when = (
            f"{stamp.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            if isinstance(stamp, datetime) and stamp.tzinfo
            else utc_prefix(str(stamp or ""))
        )
        hashes = tuple(
            f"{m['properties']['hash']} (not at hand)"
            for m in media
            if isinstance(m, dict) and isinstance(m.get("properties"), dict) and m["properties"].get("hash")
        )
        urls = tuple(
            str(u) for m in media if isinstance(m, dict) and isinstance(m.get("urls"), list) for u in m["urls"]
        )
        url = str(meta.get("url") or "")
        into.items.append(
            Item(
                url or f"row-{at}",
                "source",
                str(meta.get("title") or ""),
                when,
                "time of upload, not of the event" if when else "",
                None,
                None,
                None,
                "",
                tuple(u for u in (url, *urls) if u),
                (),
                hashes,
                {},
                {"status": row["status"], "metadata": _plain(meta), "media": _plain(media)},
                at,
            )
        )


def _feeder(path: Path, into: Imported) -> None:
    _, rows = read_csv(path, into, header=False)
    for at, cells in rows:
        url = next((c for c in cells if re.match(r"https?://", c)), "")
        if url:
            into.items.append(
                Item(url, "source", "", "", "", None, None, None, "", (url,), (), (), {}, {"cells": cells}, at)
            )
        elif at > 1:
            into.refuse(at, ",".join(cells), "holds no address")


def literal(text: str) -> Any:
    """A Python literal with `datetime.datetime(...)` and `datetime.timezone.utc` in it. Raises ValueError; runs nothing."""
    if len(text) > MOST_CELL:
        raise ValueError("is longer than a cell that is read")
    try:
        return _walk(ast.parse(text.strip(), mode="eval").body, 0)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError("is not Python") from error


def _walk(node: ast.AST, depth: int) -> Any:
    if depth > 60:
        raise ValueError("is nested too deeply")
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool | None):
        return node.value
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and isinstance(node.operand.value, int | float)
    ):
        return -node.operand.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_walk(e, depth + 1) for e in node.elts]
    if isinstance(node, ast.Dict):
        if any(k is None for k in node.keys):
            raise ValueError("unpacks a dictionary")
        return {
            str(_walk(k, depth + 1)): _walk(v, depth + 1)
            for k, v in zip(node.keys, node.values, strict=True)
            if k is not None
        }
    if isinstance(node, ast.Attribute) and ast.unparse(node) == "datetime.timezone.utc":
        return UTC
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "datetime.datetime":
        return _moment(node, depth)
    raise ValueError(f"holds {type(node).__name__}, which is never run")


def _moment(node: ast.Call, depth: int) -> datetime:
    numbers = [_walk(a, depth + 1) for a in node.args]
    named = {k.arg: _walk(k.value, depth + 1) for k in node.keywords}
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in numbers) or set(named) - {
        "tzinfo",
        "microsecond",
        "fold",
    }:
        raise ValueError("is not a date as datetime writes it")
    try:
        return datetime(*numbers, **named)  # type: ignore[arg-type]  # noqa: DTZ001  # checked above; tzinfo is UTC or absent
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("is not a date") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, datetime) else value

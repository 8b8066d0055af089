"""What was said in a subtitle file (SRT, WebVTT)? The words in order; times, numbers and styling are left out."""

from __future__ import annotations

import html
import re

_TIME = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}|<\d[^>]*>")


def read_captions(text: str) -> str:
    """Cue texts joined: a rolling caption that repeats its last line says it once; `<v Name>` becomes `Name:`."""
    said: list[str] = []
    for block in re.split(r"(?:\r?\n){2,}", text.removeprefix("\ufeff")):
        lines = block.splitlines()
        at = next((i for i, line in enumerate(lines) if _TIME.match(line)), None)
        if at is None:
            continue
        for line in lines[at + 1 :]:
            voiced = _VOICE.sub(lambda m: f"\n\n{m[1].strip()}: ", line)
            plain = html.unescape(_TAG.sub("", voiced)).rstrip()
            if plain.strip() and plain.strip() not in {s.strip() for s in said[-2:]}:
                said.append(plain)
    return re.sub(r"[ \t]+", " ", " ".join(said)).replace(" \n\n", "\n\n").strip()

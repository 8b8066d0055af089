"""What runs in the page, and what may it do? One program of our own, named by its hash in the policy; data that cannot become code.

The policy lets nothing load: no other script, no connection, pictures and films only as data (or, where a film is too large,
from the folder beside the page). Case text reaches the page through escaping templates, or as JSON in which no `<`, `>` or
`&` is left as it is, and the program makes elements, it never parses markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

PARTS = ("scene_core", "scene_map", "scene_moving", "scene_time", "scene_film", "scene_lists", "scene_start")
SCRIPTS = "blindspot.publish.report"
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@cache
def program() -> str:
    """The program of the page: its parts in one closed scope."""
    here = files(SCRIPTS)
    parts = [here.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def digest(text: str) -> str:
    """The SHA-256 of a script or style as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def inert(data: Any) -> str:
    """Data as JSON that is safe between script tags, whatever texts it holds."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for plain, escaped in _ESCAPES.items():
        text = text.replace(plain, escaped)
    return text


def policy(style: str, *, script: str = "", beside: bool = False) -> str:
    """The content security policy of a page. `beside`: films or pictures lie in the folder beside it."""
    near = " 'self' file:" if beside else ""
    rules = [
        "default-src 'none'",
        f"style-src '{digest(style)}'",
        f"img-src data: blob:{near}",
        f"media-src data: blob:{near}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if script:
        rules.insert(1, f"script-src '{digest(script)}'")
    return "; ".join(rules)

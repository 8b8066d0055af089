"""How do templates of a folder become pages? One way: what is typed is escaped, what is missing is an error."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def templates(package: str) -> Environment:
    """The templates that lie in a package, by file name."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    here = files(package)
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: here.joinpath(name).read_text(encoding="utf-8")),
    )

"""`blindspot new NAME --example`: the folder of one invented incident."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blindspot.errors import UsageError
from blindspot.example.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from blindspot.example.happening import Incident


def new_example(
    folder: str | Path, options: Options | None = None, *, progress: Callable[[str], None] = lambda _: None
) -> Incident:
    """Make the folder; the same options give the same bytes. Raises UsageError where something stands there already."""
    from blindspot.example.folder import write
    from blindspot.example.happening import happen

    root, options = Path(folder), options or Options()
    if root.exists():
        raise UsageError(f"{root}: exists already; nothing was changed. Give the new case another name.")
    progress("letting it happen")
    found = happen(options)
    progress("writing it down")
    write(found, root)
    if options.footage:
        from blindspot.example.film import film

        progress("filming it")
        film(found, root / "footage" / "yard.ts")
    return found

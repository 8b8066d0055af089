"""Incident folders for tests: the worked example of docs/corpus.md, changed a file at a time."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def example():
    """The four files of the example in docs/corpus.md, by name, as a reader would copy them."""
    text = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    return dict(re.findall(r"```\w+\n# (\S+)\n(.*?)```", text, re.DOTALL))


def write_incident(root, **changes):
    """The example with some files replaced (`claims_csv="..."`), None to leave one out, or changed by a function of its text."""
    files = example()
    for name, change in changes.items():
        stem, _, suffix = name.rpartition("_")
        file = f"{stem}.{suffix}"
        files[file] = change(files.get(file, "")) if callable(change) else change
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        if text is not None:
            (root / name).write_text(text, encoding="utf-8")
    return root


def swap(old, new, count=1):
    """A change that replaces a piece of a file; the piece must be there."""

    def changed(text):
        assert old in text, old
        return text.replace(old, new, count)

    return changed


def add(line):
    """A change that adds a line."""
    return lambda text: text + line + "\n"

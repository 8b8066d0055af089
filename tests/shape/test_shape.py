"""Small facts about the architecture, each a line that says file and why."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from blindspot import stages
from blindspot.cli import cli

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "blindspot").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_passes_400_lines_and_each_says_its_question(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400, f"{path}: split it"
    assert ast.get_docstring(ast.parse(text)), f"{path}: says nothing of itself"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_catches_everything_or_asserts_on_data(path):
    for node in ast.walk(ast.parse(path.read_text())):
        where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        assert not isinstance(node, ast.Assert), f"{where}: assert vanishes under -O"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{where}: catches everything"
            assert not (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}), (
                f"{where}: catches everything"
            )


def test_every_verb_has_help_with_an_example_and_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for name in cli.commands:
        shown = CliRunner().invoke(cli, [name, "-h"]).output
        assert re.search(r"^  Example:\n    blindspot ", shown, re.MULTILINE), (
            f"{name}: -h has no example on lines of its own"
        )
        assert "\\b" not in shown
        assert f"`{name}" in readme, f"{name}: not in README.md"


def test_stages_come_after_stages_that_stand_before_them():
    seen = set()
    for stage in stages.STAGES:
        assert set(stage.after) <= seen
        seen.add(stage.name)


def test_help_loads_nothing_heavy():
    code = "import sys, blindspot.cli; print([m for m in ('numpy', 'scipy', 'pyarrow', 'pyogrio', 'pydantic', 'rich', 'jinja2') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_public_names_are_sorted():
    for path in SOURCES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                names = [e.value for e in node.value.elts]
                assert names == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n)), (
                    f"{path}: __all__ is not sorted"
                )

"""What the documentation says is held to the program: columns, commands, links."""

import re
import shlex
import sys
from pathlib import Path

import click
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import formats

from blindspot.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").glob("**/*.md"), ROOT / "README.md", *(ROOT / "cases").glob("*/README.md")])


def test_format_page_is_made_from_the_row_classes():
    assert formats.PAGE.read_text(encoding="utf-8") == formats.page(), "run: make formats"


@pytest.mark.parametrize("kind", formats.KINDS, ids=lambda k: k.__name__)
def test_every_column_says_what_it_holds(kind):
    plain = {"id", "url", "note", "title", "summary", "confidence", "name", "question", "hypothesis", "fact", "place"}
    told = formats.comments(kind)
    silent = [
        name
        for name, field in kind.model_fields.items()
        if name not in told and name not in plain and not formats.choices(field.annotation)
    ]
    assert not silent, f"{kind.__name__}: say beside the field what it holds: {', '.join(silent)}"


def commands():
    """Every `blindspot ...` line of a shell block, and every `blindspot VERB` in running text, with its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL):
            for line in block.splitlines():
                found = re.search(r"(?:^|&& |\$ )(blindspot .*?)(?:\s+#.*)?$", line)
                if found:
                    yield page.relative_to(ROOT).as_posix(), found[1]
        for line in re.findall(r"`(blindspot [^`]+)`", text):
            yield page.relative_to(ROOT).as_posix(), line


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_commands_in_the_docs_exist(page, line):
    words = shlex.split(line.split(" > ")[0].split(" && ")[0].split(" | ")[0].replace("…", "").replace("...", ""))
    command: click.Command = cli
    for word in words[1:]:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
    assert command is not cli or words[1].isupper() or words[1].startswith("-"), f"{page}: {line}: no such verb"
    options = {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"-h", "--help"}
    for word in words[1:]:
        if word.startswith("-") and not re.fullmatch(r"-\d.*", word):
            assert word.split("=")[0] in options, f"{page}: {line}: {command.name} has no option {word}"


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), (
                    f"{page.relative_to(ROOT)}: leads to {target}, which is not there"
                )

"""Progress on a real pseudo-terminal: nothing before its time, then a bar with time left; nothing when piped."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time

WORK = """
import sys, time
from blindspot.cli.waiting import Waiting
say = Waiting(float(sys.argv[1]))
for k in range(8):
    say(f"linked {k} of 8 rows")
    time.sleep(0.2)
say.done()
print("result")
"""


def on_terminal(after_s: float, **more: str) -> tuple[str, str]:
    """What came to stderr, a terminal, and to stdout, a pipe."""
    master, slave = pty.openpty()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "100"} | more
    run = subprocess.Popen([sys.executable, "-c", WORK, str(after_s)], stdout=subprocess.PIPE, stderr=slave, env=env)
    os.close(slave)
    seen = b""
    try:
        while piece := os.read(master, 65536):
            seen += piece
    except OSError:  # the other end is closed
        pass
    out = run.communicate()[0].decode()
    os.close(master)
    assert run.returncode == 0
    return seen.decode(), out


def test_short_work_says_nothing() -> None:
    assert on_terminal(60) == ("", "result\n")


def test_longer_work_shows_a_bar_with_the_time_left_and_clears_it() -> None:
    seen, out = on_terminal(0.1)
    assert out == "result\n"
    assert "of 8 rows" in seen
    assert re.search(r"left 0:\d\d:\d\d", re.sub("\x1b\\[[0-9;?]*[a-zA-Z]", "", seen))
    assert "\x1b[2K" in seen.rsplit("rows", 1)[1]


def test_colour_only_where_it_is_wanted() -> None:
    colour = re.compile("\x1b\\[(?:3|4|9)[0-9;]*m")
    assert colour.search(on_terminal(0.1)[0])
    seen, _ = on_terminal(0.1, NO_COLOR="1", COLUMNS="40")
    assert "of 8 rows" in seen
    assert not colour.search(seen)


def test_an_interrupted_review_says_so_in_a_line_and_leaves_no_output(tmp_path, kabul) -> None:
    case = tmp_path / "case"
    shutil.copytree(kabul, case, ignore=shutil.ignore_patterns("out", "made"))
    command = [sys.executable, "-c", "from blindspot.cli import main; main()", "review", str(case)]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not (case / "made").is_dir():  # at work
        time.sleep(0.02)
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    out, said = run.communicate()
    assert (run.returncode, out) == (2, "")
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    assert not (case / "out").exists()


def test_nothing_when_piped() -> None:
    done = subprocess.run([sys.executable, "-c", WORK, "0"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("result\n", "")

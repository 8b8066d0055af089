"""Progress on a real pseudo-terminal: nothing before its time, then a bar with time left; nothing when piped."""

import os
import pty
import re
import subprocess
import sys

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


def test_an_interrupted_command_says_so_in_a_line(tmp_path, kabul) -> None:
    work = "import os, signal, time\nfrom blindspot import stages\nfrom blindspot.cli import main\n"
    work += "stages.review = lambda *a, **k: (os.kill(os.getpid(), signal.SIGINT), time.sleep(60))\nmain()"
    run = subprocess.run(
        [sys.executable, "-c", work, "review", str(kabul), "-o", str(tmp_path / "out")], capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (130, "")
    assert run.stderr.strip() == "Stopped; nothing half-written was left."


def test_nothing_when_piped() -> None:
    done = subprocess.run([sys.executable, "-c", WORK, "0"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("result\n", "")

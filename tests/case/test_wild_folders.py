"""Generated folders through the whole review: rows left out, cells swapped for odd ones; never a traceback."""

import csv
import io
import os

from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blindspot.cli import cli
from blindspot.errors import BlindspotError
from folders import GOOD, write_case

ODD = [
    "", " ", "0", "1", "1.0", "0-1", "0-0", "0.2-0.4", "1-0", "-1", "1e400", "nan", "inf", "2", "very likely", "weak",
    "coverage:yard", "?", "yes", "no", "silent", "K1", "K2", "K4", "O1", "F1", "F2", "S1", "q1", "q2", "q1:bomb", "bomb",
    "other", "attack", "2021-08-29", "2021-09-10", "2021-08-29T10:00Z", "9999-12-31", "0001-01-01", "2021-08-29/2021-08-28",
    "second_hand", "raises_false_alarms", "killed", "é\u202e", "=1+1", "a" * 300, "<b>", "none", "unknown", "A", "F",
]  # fmt: skip
EXAMPLES = int(os.environ.get("BLINDSPOT_WILD", "40"))


def mutated(text, rows, cells):
    """CSV text with some rows dropped and some cells replaced."""
    table = list(csv.reader(io.StringIO(text)))
    for row, column, value in cells:
        r = 1 + row % max(1, len(table) - 1)
        if r < len(table):
            table[r][column % len(table[r])] = value
    kept = [line for i, line in enumerate(table) if i == 0 or i % 7 not in rows]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(kept)
    return out.getvalue()


cells = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20), st.sampled_from(ODD)), max_size=3)
files = st.dictionaries(
    st.sampled_from([f for f in GOOD if f.endswith(".csv")]), st.tuples(st.sets(st.integers(0, 6), max_size=2), cells), max_size=3
)  # fmt: skip
toml = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["drop", *ODD])), max_size=2)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files, toml, st.sampled_from([[], ["--as-of", "2021-08-30"], ["--as-of", "0001-01-01"]]))
def test_a_review_of_a_wild_folder_is_done_or_refused(tmp_path_factory, changed, lines, dated):
    head = GOOD["case.toml"].splitlines()
    for place, what in lines:
        at = place % len(head)
        key, equals, _ = head[at].partition("=")
        head[at] = "" if what == "drop" else f'{key}= "{what}"' if equals else head[at]
    texts = {name: mutated(GOOD[name], *how) for name, how in changed.items()} | {"case.toml": "\n".join(head)}
    folder = write_case(
        tmp_path_factory.mktemp("wild"), **{"_".join(name.rsplit(".", 1)): t for name, t in texts.items()}
    )
    result = CliRunner().invoke(cli, ["review", str(folder), *dated])
    if result.exception is None:
        assert (folder / "out" / "report.html").exists()
    else:
        assert isinstance(result.exception, BlindspotError | SystemExit), repr(result.exception)
        assert not (folder / "out").exists()

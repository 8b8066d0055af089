"""The same bytes from this process, from two processes of this machine, and from a Dask cluster that the test starts."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from blindspot.cli import cli

KABUL = Path(__file__).resolve().parents[3] / "cases" / "kabul-2021-08-29"


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as running:
        yield running.scheduler_address


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    root = tmp_path_factory.mktemp("case") / "kabul"
    shutil.copytree(KABUL, root, ignore=shutil.ignore_patterns("made", "out"))
    (root / "counts").mkdir()
    (root / "counts" / "readers.csv").write_text(
        "site,count_a,count_b,count_c\n" + "".join(f"s{i},{i % 3},{i % 2},{(i + 1) % 3}\n" for i in range(9))
    )
    return root


@pytest.mark.long
@pytest.mark.parametrize("verb", ["sorties", "coverage", "presence"])
def test_numbers_do_not_depend_on_who_does_the_work(case, cluster, verb):
    said = []
    for extra in ([], ["--workers", "2"], ["--cluster", cluster]):
        shutil.rmtree(case / "made", ignore_errors=True)  # nothing is taken from the store
        result = CliRunner().invoke(cli, [verb, str(case), "--json", *extra])
        assert result.exit_code == 0, result.exception
        said.append(result.stdout)
    assert said[0] == said[1]
    assert said[0] == said[2]

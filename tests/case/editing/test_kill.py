"""The short version of `make campaigns`: killing.py, beside.py."""

import pytest

from case.editing.beside import MEANS, WAYS, beside
from case.editing.killing import campaign, step_by_step


def test_a_kill_during_an_edit_loses_nothing():
    assert campaign(6) == []


def test_a_stop_at_every_step_of_four_changes_loses_nothing(tmp_path):
    steps, wrong = step_by_step(tmp_path)
    assert wrong == []
    assert steps > 60


@pytest.mark.parametrize("lacking", [(), tuple(MEANS)], ids=["all means", "no means"])
@pytest.mark.parametrize("way", WAYS)
def test_another_program_that_saves_meanwhile_loses_nothing_and_neither_do_we(way, lacking):
    found = beside(25, way, lacking)
    assert found.wrong == ()
    assert found.made + found.given_up > 0
    if way != "kept open" or not lacking:
        assert found.lost <= 2 * len(lacking) // 3  # without any means, some three saves in a thousand

"""The short version of `make campaigns`: killing.py."""

from case.editing.killing import beside, campaign, step_by_step


def test_a_kill_during_an_edit_loses_nothing():
    assert campaign(6) == []


def test_a_stop_at_every_step_of_four_changes_loses_nothing(tmp_path):
    steps, wrong = step_by_step(tmp_path)
    assert wrong == []
    assert steps > 60


def test_another_program_that_saves_meanwhile_loses_nothing_and_neither_do_we():
    made, lost = beside(30)
    assert lost == []
    assert made > 5

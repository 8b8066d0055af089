"""The short version of `make campaigns`: killing.py."""

import importlib.util
from pathlib import Path


def test_a_kill_during_an_edit_loses_nothing():
    spec = importlib.util.spec_from_file_location("editing_killing", Path(__file__).with_name("killing.py"))
    killing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(killing)
    assert killing.campaign(6) == []

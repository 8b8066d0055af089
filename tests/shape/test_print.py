"""Tables are printed a piece at a time; the bytes are those of one dump."""

import json

from blindspot.cli import shared


def test_pieces_are_the_whole(capsys, monkeypatch):
    monkeypatch.setattr(shared, "ROWS_AT_ONCE", 2)
    for found in ({}, {"a": []}, {"ä": [1, "ب", None], "b": {"c": [1, 2, 3]}, "d": 1.5, "e": [{"f": [1]}] * 5}):
        shared.print_json(found)
        assert capsys.readouterr().out == json.dumps(found, ensure_ascii=False) + "\n"

from case.custody.killing import campaign, step_by_step


def test_short_kill_campaign_loses_nothing(tmp_path):
    kills, _, wrong = campaign(tmp_path, 12)
    assert (kills, wrong) == (12, [])


def test_a_stop_at_every_step_of_ingest_loses_nothing(tmp_path):
    steps, wrong = step_by_step(tmp_path, "ingest")
    assert wrong == []
    assert steps > 15

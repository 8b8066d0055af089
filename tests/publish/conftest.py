import shutil

import pytest

from blindspot.stages import review


@pytest.fixture(scope="session")
def reviewed(kabul, tmp_path_factory):
    """The Kabul case, copied and reviewed once: (case folder, out folder)."""
    root = tmp_path_factory.mktemp("kabul")
    folder = shutil.copytree(kabul, root / "case", ignore=shutil.ignore_patterns("made", "out"))
    review(folder, root / "out", fresh=True)
    return folder, root / "out"

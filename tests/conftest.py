import fcntl
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real inputs beside the repository; a user's clone does not have them."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is absent: the tests on real inputs run in CI")
    return folder


@pytest.fixture(scope="session")
def kabul() -> Path:
    return Path(__file__).resolve().parents[1] / "cases" / "kabul-2021-08-29"


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """`once(name, make)`: a folder that the first worker who asks for it makes, and that all read; nobody writes into it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        folder = base / f"once-{name}"
        with (base / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "made").exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                (folder / "made").touch()
        return folder

    return made


# The same examples in every run: what fails here fails everywhere.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser; begin with campaigns, so that no worker is left alone with one at the end."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: "long" not in item.keywords)

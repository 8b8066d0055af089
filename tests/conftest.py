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

"""What may go to whom, with nothing leaking?

Method: select (`choose`, `select`: an allow-list per audience) -> transform (`transforms`, `ground`, `media`) -> write fresh
(`fresh`) -> scan (`gate`: a watch-list of every protected value, canaries in a shadow run, and lists of allowed structure)
-> ledger (a line in the custody log). A copy that does not pass is deleted; the page in it is drawn from the copy alone.
Reference: reference page platforms-custody-release-ux, section 2; FIRST TLP 2.0; UN ST/SGB/2007/6.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.publish.release.model import Released
    from blindspot.publish.release.pipeline import release

__all__ = ["Released", "release"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for, so that help answers at once."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"blindspot.publish.release.{'pipeline' if name == 'release' else 'model'}"), name)

"""Who does the work: this process, more processes of this machine, or a cluster. The numbers are the same."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

workers_option = click.option(
    "--workers", type=click.IntRange(0), default=0, metavar="N", help="Local processes to share the work among."
)
cluster_option = click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://10.0.0.5:8786.")


@contextmanager
def executor(workers: int, cluster: str | None) -> Iterator[Executor | None]:
    """The executor asked for; None = this process. Raises UsageError for a cluster that is not there."""
    if cluster and workers:
        raise UsageError("--workers and --cluster cannot both do the work; give one of the two")
    if cluster:
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise UsageError("--cluster needs Dask: pip install 'blindspot[cluster]'") from error
        try:
            client: Any = Client(cluster, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise UsageError(
                f"--cluster {cluster}: no Dask scheduler answers there ({type(error).__name__})"
            ) from error
        with client, client.get_executor() as pool:
            yield pool
    elif workers > 1:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
    else:
        yield None

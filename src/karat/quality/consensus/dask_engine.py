"""Shards on other machines: each lives in an actor of dask.distributed, and only parameters and statistics travel.

Needs `karat[dask]`. Nothing else in Karat knows of it: `shard.step(parameters)` is the whole interface.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from karat.quality.consensus.fitting import Step, added
from karat.quality.consensus.shards import Parameters, Shard, Statistics


class ShardHost:
    """Holds a shard where it was sent; runs on a worker."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def step(self, parameters: Parameters | None) -> Statistics:
        """One iteration over the shard, or its start."""
        return self._shard.start() if parameters is None else self._shard.step(parameters)


class DaskShards:
    """Runs the steps of a fit on the workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
    shards : sequence of shards
        Sent once, to the workers in turn.

    Examples
    --------
    Given a problem from `fitting.prepare` and an update of `updates`:

        with DaskShards(client, problem.shards) as step:
            fit(problem, update, tolerance=1e-6, max_iterations=300, step=step)
    """

    def __init__(self, client: Any, shards: Sequence[Shard]) -> None:
        workers = sorted(client.scheduler_info(n_workers=-1)["workers"])
        futures = [
            client.submit(ShardHost, shard, actor=True, workers=[workers[number % len(workers)]], pure=False)
            for number, shard in enumerate(shards)
        ]
        self._hosts = [future.result() for future in futures]
        self._futures = futures

    def __enter__(self) -> Step:
        return self._step

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the shards go."""
        self._hosts.clear()
        for future in self._futures:
            future.release()

    def _step(self, parameters: Parameters | None) -> Statistics:
        pending = [host.step(parameters) for host in self._hosts]  # all at work before the first is waited for
        return added(future.result() for future in pending)

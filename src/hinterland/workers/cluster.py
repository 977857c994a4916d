"""Tasks on Dask distributed: processes of this machine, or a cluster that is already there.

What tasks have in common travels once to every worker, also to those that join later. A task whose worker ended is done
again by another: tasks depend on what they are given alone, so that nothing is lost and nothing counts twice.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from itertools import count, islice
from typing import Any, Final, TypeVar

from hinterland.errors import InputError
from hinterland.workers.errands import done, versions
from hinterland.workers.pool import Here, Pool

T = TypeVar("T")
R = TypeVar("R")

TRIES: Final = 20
"""How often a task is given to another worker before it is taken to be what ends them."""
AHEAD: Final = 1
"""Tasks that wait for every worker, so that none stands still; more would only fill memory with results."""
PATIENCE: Final = 60
"""Seconds that a cluster has to name its first worker."""

_KEYS: Final = count()


@contextmanager
def pool(workers: int | None = None, address: str | None = None) -> Iterator[Pool]:
    """Tasks here where neither is given, in `workers` processes of this machine, or on the cluster at an address.

    InputError: both are given, the number is not positive, the extra `cluster` is missing, no cluster answers at the
    address, or it runs another version of the package.
    """
    if workers is None and address is None:
        yield Here()
        return
    _check(workers, address)
    with ExitStack() as stack:
        client = stack.enter_context(_there(address)) if address else stack.enter_context(_local(workers or 1, stack))
        yield _Cluster(client)


def _check(workers: int | None, address: str | None) -> None:
    if workers is not None and address is not None:
        raise InputError(
            "processes of this machine and a cluster are asked for",
            remedy="Give one of --workers and --cluster",
            where="--cluster",
        )
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers", remedy="Give 1 or more", where="--workers")
    if find_spec("distributed") is None:
        raise InputError(
            "Dask distributed is not installed",
            remedy="Install the extra: pip install 'hinterland[cluster]'",
            where="--workers" if address is None else "--cluster",
        )


def _local(workers: int, stack: ExitStack) -> Any:
    """A client of as many processes, which end with this one, however it ends."""
    distributed: Any = import_module("distributed")
    settings: Any = import_module("dask.config")

    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="hinterland-", ignore_cleanup_errors=True))
    stack.enter_context(
        settings.set(
            {
                # Tasks of a worker that ended come back to `_Cluster.each`, which gives them to another.
                "distributed.scheduler.allowed-failures": 0,
                # As many threads as this process has, and the programs that it has compiled.
                "distributed.nanny.pre-spawn-environ": _environment(),
                # A kernel of many places is large; it is sent once.
                "distributed.admin.large-graph-warning-threshold": "10GB",
                # Memory is bounded by what a block takes; a pause on the way to it would be for nothing.
                "distributed.worker.memory.target": False,
                "distributed.worker.memory.spill": False,
                "distributed.worker.memory.pause": False,
                "distributed.worker.memory.terminate": False,
            }
        )
    )
    cluster = stack.enter_context(
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            dashboard_address=None,
            local_directory=scratch,
            silence_logs=50,
        )
    )
    return distributed.Client(cluster)


def _environment() -> dict[str, str]:
    """What processes of this machine are told when they start."""
    import jax

    config: Any = jax.config
    folder = config.jax_compilation_cache_dir
    if not folder:
        return {}
    return {"JAX_COMPILATION_CACHE_DIR": str(folder), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}


def _there(address: str) -> Any:
    """A client of a cluster that someone else has started."""
    distributed: Any = import_module("distributed")
    try:
        client = distributed.Client(address, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no cluster with workers answers ({error})",
            remedy="Give the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786, and start its workers",
            where=f"--cluster {address}",
        ) from error
    return client


class _Cluster:
    """A `Pool` of Dask workers."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._told = versions()

    @property
    def width(self) -> int:
        """Threads of all workers that are there now."""
        return max(sum(self._client.nthreads().values()), 1)

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
        """As `Pool` has it; InputError where a task ends its worker again and again."""
        distributed: Any = import_module("distributed")
        key = f"{next(_KEYS)}-{id(work)}"
        self._client.register_plugin(_plugin(key, pickle.dumps(work)))
        left = iter(items)
        asked: dict[Any, tuple[T, int]] = {}

        def ask(item: T, tries: int = 1) -> Any:
            if tries > TRIES:
                raise InputError(
                    f"a task has ended its worker {TRIES} times",
                    remedy="Give workers more memory, or fewer of them to one machine",
                    where="workers",
                )
            future = self._client.submit(done, key, self._told, pickle.dumps(item), pure=False)
            asked[future] = (item, tries)
            return future

        coming = distributed.as_completed([ask(item) for item in islice(left, self.width * (1 + AHEAD))])
        try:
            for future in coming:
                item, tries = asked.pop(future)
                if self._lost(future):
                    coming.add(ask(item, tries + 1))
                    continue
                result = future.result()
                future.release()
                for more in islice(left, 1):
                    coming.add(ask(more))
                yield item, result
        finally:
            for future in asked:
                future.cancel()
            with suppress(OSError, TimeoutError, ValueError):
                self._client.unregister_worker_plugin(key)

    def _lost(self, future: Any) -> bool:
        """Whether a task has no result because its worker ended."""
        killed: Any = import_module("distributed").KilledWorker
        return future.cancelled() or (future.status == "error" and isinstance(future.exception(), killed))


def _plugin(key: str, work: bytes) -> Any:
    plugin: Any = import_module("distributed").WorkerPlugin

    class Common(plugin):
        """Brings work to a worker when it starts."""

        name = key

        # The class travels by its contents, so that it has to ask for the module of the process where it arrives.
        def setup(self, worker: Any) -> None:  # noqa: ARG002
            from hinterland.workers import errands

            errands.bring(key, work)

        def teardown(self, worker: Any) -> None:  # noqa: ARG002
            from hinterland.workers import errands

            errands.drop(key)

    return Common()

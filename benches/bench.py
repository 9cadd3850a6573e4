"""One measurement: start a contestant, warm it up, load it, stop it, and count what it wrote."""

import os
from contextlib import ExitStack

import processes
from contestants import Pgbench, Usage
from database import fdatasync_ms
from delay_proxy import delayed


class Bench:
    """The generator, where logs go, and how long a turn is."""

    def __init__(self, generator, folder, seconds, warm_up):
        self.generator, self.folder = generator, folder
        self.seconds, self.warm_up = seconds, warm_up

    def measure(self, contestant, mode="voice", seconds=None, delay=None, **options):
        """A result: the load's report, with rows, processor time, memory and the machine's state beside it.

        `delay` is the round trip that is put between contestant and database, in seconds.
        """
        seconds = seconds or self.seconds
        database = contestant.database
        database.settle()
        state = {"load_average": os.getloadavg()[0], "fdatasync_ms": fdatasync_ms()}
        before = database.rows()
        if isinstance(contestant, Pgbench):
            result = contestant.run(options["connections"], self.warm_up, seconds)
            calls = result["calls"]
        else:
            result, warm = self._server(contestant, mode, seconds, delay, options)
            calls = result["calls"] + warm["calls"]
            for name in result["errors"]:
                result["errors"][name] += warm["errors"][name]
        after = database.rows()
        rows = {name: after[name] - before[name] for name in after}
        return {"name": contestant.name, "mode": mode, **result, **state, "rows": rows,
                "expected_rows": _expected_rows(contestant, mode, calls, options)}

    def _server(self, contestant, mode, seconds, delay, options):
        with ExitStack() as stack:
            database = contestant.database
            url = database.url
            if delay:
                proxy = delayed((database.host, database.port), delay)
                url = database.url_through(stack.enter_context(proxy))
            log = self.folder / f"{contestant.name}.log"
            process, address = stack.enter_context(contestant.running(url, log))
            idle = processes.memory_mib(process.pid)
            warm = self.generator.run(address, mode, warm_up=0, duration=self.warm_up, seed=2, **options)
            usage = Usage({"it": process.pid, "database": database.postmaster})
            result = self.generator.run(address, mode, warm_up=0.5, duration=seconds, **options)
            loaded = processes.memory_mib(process.pid)
            return {**result, **usage.so_far(), "idle_mib": idle, "loaded_mib": loaded}, warm


def _expected_rows(contestant, mode, calls, options):
    """What must have been written where `calls` were answered well."""
    if mode == "forged":
        calls = 0
    elif mode == "replay":
        # The warm-up and the run have each their own calls.
        calls = 2 * options["prepared"]
    has_statuses = mode == "status"
    ledger = {"incoming": calls, "status": 3 * calls if has_statuses else 0, "decision": calls}
    kept = {kind: count for kind, count in ledger.items() if kind in contestant.ledger}
    return {"calls": calls, "completed": calls if has_statuses else 0, **kept}

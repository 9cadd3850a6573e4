"""Outages of the database while calls come in at a steady rate."""

import asyncio
import json
import os
import signal
import time
from contextlib import asynccontextmanager
from pathlib import Path

from callers import calls_at, get
from processes import members
from run import TENANTS
from toxic_proxy import toxic_proxy

OUTAGES = ("refused", "hung", "black-holed", "slow", "read-only")
CALLS_PER_SECOND = 20
# What callers may wait: in the first second of an outage, and later.
FIRST, LATER = 1.0, 0.050
# How soon after the database everything must be as before.
BACK = 3.0
# Longer than the server keeps an idle connection.
SETTLED = 7


@asynccontextmanager
async def started(server, url, log):
    """A server, started and stopped beside the event loop that its database's proxy needs."""
    running = server.running(url, log)
    process, address = await asyncio.to_thread(running.__enter__)
    try:
        yield process, address
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


class Fault:
    """Takes the database away, in one of five ways, and brings it back."""

    def __init__(self, kind, database, proxy):
        self.kind, self.database, self.proxy, self.stopped = kind, database, proxy, []

    async def begin(self):
        if self.kind == "hung":
            self.stopped = list(members(self.database.postmaster))
            self._signal(signal.SIGSTOP)
        elif self.kind == "read-only":
            await asyncio.to_thread(self._take_writes, "SET default_transaction_read_only = on")
        else:
            await self.proxy.set(self.kind)

    async def end(self):
        if self.kind == "hung":
            self._signal(signal.SIGCONT)
        elif self.kind == "read-only":
            await asyncio.to_thread(self._take_writes, "RESET default_transaction_read_only")
        else:
            await self.proxy.set("open")

    def _signal(self, number):
        for pid in self.stopped:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def _take_writes(self, change):
        self.database.ask(f"ALTER SYSTEM {change}")
        self.database.ask("SELECT pg_reload_conf()")
        if change.startswith("SET"):
            self.database.ask(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'switchboard'"
            )


async def until_normal(address):
    """Waits until the server asks the database again and has written what waited; returns when that was."""
    for _ in range(600):
        health = json.loads((await get(address, "/health")).twiml or "{}")
        if health.get("breaker") == "closed" and health.get("waiting_events") == 0:
            break
        await asyncio.sleep(0.05)
    return time.monotonic()


def open_files(process, database_port):
    """Those that are no connection to the database: of these, the pools decide how many there are, cut ones included."""
    lines = [line.split() for line in Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]]
    pooled = {f"socket:[{line[9]}]" for line in lines if int(line[2].split(":")[1], 16) == database_port}
    folder = Path(f"/proc/{process.pid}/fd")
    return sum(os.readlink(file) not in pooled for file in folder.iterdir())


async def outage(server, kind, seconds, folder):
    """One trial: five good seconds, an outage, and five good seconds."""
    database = server.database
    rows_before = database.rows()["calls"]
    async with toxic_proxy(database.host, database.port) as proxy:
        url = database.url_through(proxy.port)
        async with started(server, url, folder / f"trial {kind}.log") as (process, address):
            over = asyncio.Event()
            trial = f"{kind} {os.getpid()}"
            calling = asyncio.create_task(calls_at(CALLS_PER_SECOND, address, trial, TENANTS, over))
            await asyncio.sleep(5)
            fault = Fault(kind, database, proxy)
            files_before = open_files(process, proxy.port)
            began = time.monotonic()
            await fault.begin()
            try:
                await asyncio.sleep(seconds)
            finally:
                await fault.end()
            ended = time.monotonic()
            normal = await until_normal(address)
            await asyncio.sleep(5)
            over.set()
            answers = await calling
            await asyncio.sleep(SETTLED)
            files = open_files(process, proxy.port) - files_before
    lost = len(answers) - (database.rows()["calls"] - rows_before)
    return judged(kind, seconds, answers, began, ended, normal - ended, lost, files)


def judged(kind, seconds, answers, began, ended, back, lost, files):
    """The figures of a trial, and its faults in words."""
    first = [one.waited for one in answers if began <= one.sent_at < began + 1]
    later = sorted(one.waited for one in answers if began + 1 <= one.sent_at < ended)
    late = sum(waited > LATER for waited in later)
    bad = sum(not one.forwards for one in answers)
    faults = [
        (bad, f"{kind}: {bad} answers were no TwiML that forwards"),
        (max(first) > FIRST, f"{kind}: a call of the first second waited {max(first):.2f} s"),
        (late > seconds, f"{kind}: {late} calls waited over 50 ms, more than one a second"),
        (back > BACK, f"{kind}: normal again after {back:.1f} s"),
        (lost, f"{kind}: {lost} calls are not in the log"),
        (files > 0, f"{kind}: {files} more open files than before"),
    ]
    return {
        "kind": kind, "calls": len(answers), "bad": bad, "first": max(first), "late": late, "back": back, "lost": lost,
        "p99_ms": later[len(later) * 99 // 100] * 1000, "files": files, "faults": [words for is_one, words in faults if is_one],
    }


def outage_row(one):
    return [one["kind"], str(one["calls"]), str(one["bad"]), f"{one['first']:.2f}", f"{one['p99_ms']:.0f}", str(one["late"]),
            f"{one['back']:.1f}", str(one["lost"]), f"{one['files']:+}"]

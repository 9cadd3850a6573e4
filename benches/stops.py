"""A stop under load, and thousands of clients that send slowly."""

import asyncio
import os
import resource
import signal
import time
from pathlib import Path

import figures
from callers import ask, call_sid, calls_at, voice_request
from outages import started
from run import TENANTS

CALLS_PER_SECOND = 200
IDLE, HALF_OPEN = 500, 5
# The server promises 25 s for everything; that includes saying goodbye to the database.
STOP = 25
SLOW_CLIENTS = 10_000
# The server closes a head that is not complete after 5 s; others must be answered a second later at the latest.
OTHERS_WAIT = 6
MOST_MIB = 256
HALF_A_HEAD = b"POST /twilio/voice HTTP/1.1\r\nhost: phone.example.com\r\nx-slow: "
WHOLE_HEAD = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"


async def connections(address, count, text):
    """That many connections that have sent a text, a hundred at a time; those that can't be had are left out."""
    host, port = address.rsplit(":", 1)

    async def one():
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(text)
        await writer.drain()
        return reader, writer

    made = []
    for begun in range(0, count, 100):
        made += await asyncio.gather(*(one() for _ in range(min(100, count - begun))), return_exceptions=True)
    return [one for one in made if not isinstance(one, BaseException)]


async def stop_under_load(server, folder, quick):
    """SIGTERM while calls come in, and other clients hold connections open."""
    async with started(server, server.database.url, folder / "trial stop.log") as (process, address):
        over = asyncio.Event()
        calling = asyncio.create_task(calls_at(CALLS_PER_SECOND, address, f"stop {os.getpid()}", TENANTS, over))
        await asyncio.sleep(1 if quick else 5)
        held = await connections(address, IDLE, WHOLE_HEAD) + await connections(address, HALF_OPEN, HALF_A_HEAD)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait)
        took = time.monotonic() - told
        over.set()
        answers = await calling
        for _, writer in held:
            writer.close()
    # The address is given back once the first caller is refused; who sent before that has been let in.
    closed = min((one.sent_at for one in answers if one.failure == "refused"), default=told)
    in_time = [one for one in answers if one.sent_at < closed]
    failed = [one for one in in_time if not one.forwards]
    header = ["stop under load", "calls", "failed", "after SIGTERM", "idle", "half open", "stopped s", "code"]
    row = ["SIGTERM", str(len(in_time)), str(len(failed)), str(sum(one.sent_at > told for one in in_time)), str(IDLE),
           str(HALF_OPEN), f"{took:.1f}", str(process.returncode)]
    faults = [
        (failed, f"stop: {len(failed)} calls failed: {[(one.failure, one.status) for one in failed[:3]]}"),
        (took > STOP, f"stop: it took {took:.1f} s"),
        (process.returncode, f"stop: the server ended with {process.returncode}"),
    ]
    return figures.table(header, [row]), [words for is_one, words in faults if is_one]


def peak_mib(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


async def trickle(reader, writer):
    """Sends a byte a second until the server has had enough; returns how long that was."""
    began = time.monotonic()
    ended = asyncio.create_task(reader.read())
    while not ended.done():
        writer.write(b"x")
        await asyncio.wait([ended], timeout=1)
    writer.close()
    ended.exception()
    return time.monotonic() - began


async def slow_clients(server, folder, quick):
    """Ten thousand clients that never come to the end of a head, and calls beside them."""
    count = 1_000 if quick else SLOW_CLIENTS
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    async with started(server, server.database.url, folder / "trial slow clients.log") as (process, address):
        slow = asyncio.create_task(connections(address, count, HALF_A_HEAD))
        waits, number = [], 0
        made = []
        trickling = None
        while trickling is None or not trickling.done():
            answer = await ask(address, voice_request(call_sid(f"slow {os.getpid()}", number), number % TENANTS))
            waits.append(answer)
            number += 1
            if trickling is None and slow.done():
                made = slow.result()
                trickling = asyncio.gather(*(trickle(*one) for one in made))
            await asyncio.sleep(0.1)
        closed = await trickling
        peak = peak_mib(process)
    worst = max(one.waited for one in waits)
    bad = sum(not one.forwards for one in waits)
    header = ["slow clients", "connected", "closed", "longest s", "calls beside", "no TwiML", "worst s", "peak MiB"]
    row = [f"{count} half heads", str(len(made)), str(len(closed)), f"{max(closed):.0f}", str(len(waits)), str(bad),
           f"{worst:.2f}", f"{peak:.0f}"]
    faults = [
        (len(made) < count, f"slow clients: only {len(made)} of {count} could connect"),
        (bad, f"slow clients: {bad} calls beside them got no TwiML"),
        (worst > OTHERS_WAIT, f"slow clients: a call beside them waited {worst:.1f} s"),
        (peak > MOST_MIB, f"slow clients: the server took {peak:.0f} MiB"),
    ]
    return figures.table(header, [row]), [words for is_one, words in faults if is_one]

"""A TCP proxy that brings every byte later: a database in another building.

Threads and not an event loop: a loop's timer ticks in whole milliseconds, which is much of what is measured here.
"""

import queue
import socket
import threading
import time
from contextlib import contextmanager


def _hold_back(source, target, seconds):
    """Moves bytes one way; each chunk leaves `seconds` after it came, however many are on their way."""
    on_their_way = queue.SimpleQueue()

    def take():
        chunk = b"-"
        while chunk:
            try:
                chunk = source.recv(65536)
            except OSError:
                chunk = b""
            on_their_way.put((time.monotonic() + seconds, chunk))

    threading.Thread(target=take, daemon=True).start()
    while True:
        due, chunk = on_their_way.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not chunk:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(chunk)
        except OSError:
            source.close()
            return


def _join(client, upstream_address, seconds):
    upstream = socket.create_connection(upstream_address)
    for end in (client, upstream):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for source, target in ((client, upstream), (upstream, client)):
        threading.Thread(target=_hold_back, args=(source, target, seconds), daemon=True).start()


@contextmanager
def delayed(upstream_address, round_trip_seconds):
    """The port of a proxy to (host, port) that adds so much to a round trip, half of it each way."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            _join(client, upstream_address, round_trip_seconds / 2)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()

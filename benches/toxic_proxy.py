"""A TCP proxy before the database that can be taken away, swallow everything, or be slow."""

import asyncio
from contextlib import asynccontextmanager

# Each way; a statement needs both.
SLOW_SECONDS = 5


class ToxicProxy:
    """`set` changes what happens from now on, to connections that stand as well."""

    def __init__(self, host, port):
        self.upstream, self.mode, self.server, self.port = (host, port), "open", None, 0
        self.ends = set()

    async def set(self, mode):
        """open, refused (cut, and none taken), black-holed (taken, and nothing goes through) or slow."""
        self.mode = mode
        if mode == "refused":
            self.server.close()
            for end in self.ends:
                end.transport.abort()
        elif not self.server or not self.server.is_serving():
            self.server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
            self.port = self.server.sockets[0].getsockname()[1]

    async def _join(self, reader, writer):
        upstream_reader, upstream = await asyncio.open_connection(*self.upstream)
        ends = {writer, upstream}
        self.ends |= ends
        ways = (self._carry(reader, upstream), self._carry(upstream_reader, writer))
        # Whichever ends first, both sides are closed.
        _, rest = await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)
        for way in rest:
            way.cancel()
        self.ends -= ends
        for end in ends:
            end.close()

    async def _carry(self, source, target):
        swallowed = False
        while chunk := await _chunk(source):
            if self.mode == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            # What has lost bytes once can't go on.
            swallowed = swallowed or self.mode == "black-holed"
            if not swallowed:
                target.write(chunk)


async def _chunk(source):
    """The next bytes; none at the end, however it came."""
    try:
        return await source.read(65536)
    except OSError:
        return b""


@asynccontextmanager
async def toxic_proxy(host, port):
    proxy = ToxicProxy(host, port)
    await proxy.set("open")
    try:
        yield proxy
    finally:
        await proxy.set("refused")

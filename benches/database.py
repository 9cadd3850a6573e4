"""The database that is measured on: a throw-away PostgreSQL that `scripts/with-database` has started."""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

SQL = Path(__file__).parent / "sql"
# What can change a figure, and what a reader asks for first.
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "max_connections")


class Database:
    """Reached by the superuser that owns the cluster."""

    def __init__(self, url):
        self.url = url
        address = urlsplit(url)
        self.host, self.port, self.user = address.hostname, address.port, address.username
        self.name = address.path.lstrip("/")

    def another(self, name, template="template1"):
        """Another database of the same server, as this template is; template1 is empty."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return Database(f"postgres://{self.user}@{self.host}:{self.port}/{name}")

    @cached_property
    def postmaster(self):
        """The number of the server's first process."""
        return int(self.ask("SELECT pg_read_file('postmaster.pid')").split("\n", 1)[0])

    def url_through(self, port):
        """The same database through a port of this machine."""
        return f"postgres://{self.user}@127.0.0.1:{port}/{self.name}"

    def ask(self, sql):
        """The answer, unaligned."""
        return self._psql("--tuples-only", "--no-align", "--command", sql).strip()

    def fill(self, tenants, calls):
        """Firms, their numbers, and calls of the past."""
        variables = ("--set", f"tenants={tenants}", "--set", f"calls={calls}")
        self._psql("--single-transaction", *variables, "--file", str(SQL / "tenants.sql"))
        self._psql("--command", "VACUUM ANALYZE")

    def load(self, file):
        """Runs a file, as its own statements divide it."""
        self._psql("--file", str(file), stderr=subprocess.DEVNULL)

    def settle(self):
        """Begins the next measurement on the same footing: what the last one left is written."""
        self._psql("--command", "CHECKPOINT")

    def rows(self):
        """How many calls, how many of them completed, and how many events of each kind there are."""
        calls, completed = self.ask(
            "SELECT count(*), count(*) FILTER (WHERE status = 'completed') FROM public.call_logs"
        ).split("|")
        events = self.ask("SELECT kind, count(*) FROM switchboard.call_events GROUP BY kind")
        kinds = dict(line.split("|") for line in events.splitlines())
        counts = {"calls": calls, "completed": completed, **kinds}
        return {name: int(counts.get(name, 0)) for name in ("calls", "completed", "incoming", "status", "decision")}

    def description(self):
        """The version, and the settings that matter."""
        settings = {name: self.ask(f"SHOW {name}") for name in SETTINGS}
        return {"version": self.ask("SHOW server_version"), "settings": settings}

    def _psql(self, *arguments, stderr=None):
        command = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--host", self.host]
        command += ["--port", str(self.port), "--username", self.user, "--dbname", self.name, *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=stderr, text=True).stdout


def program(name):
    """Where one of PostgreSQL's programs is."""
    found = shutil.which(name)
    if not found:
        raise SystemExit(f"bench: {name} is not on PATH; scripts/with-database puts it there")
    return found


def fdatasync_ms(times=200):
    """The median time of making 8 KiB last, on the disk that the throw-away database is on."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(times):
            file.seek(0)
            file.write(os.urandom(8192))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000

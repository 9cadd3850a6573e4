"""Who is measured. A contestant is started for its turn alone, and stopped after it."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import processes
from database import SQL, program

ROOT = Path(__file__).parent.parent
ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "a token of the benchmark"
PUBLIC_HOST = "phone.example.com"
# As many processes as processors; on two, twice the connections that Switchboard has for calls.
EXPRESS = {"WORKERS": str(os.cpu_count()), "POOL": "16", "NODE_ENV": "production"}
START_SECONDS, STOP_SECONDS = 60, 40


class Server:
    """A program that listens.

    `database` is the one that it writes to; `settings(database_url, folder)` is what it finds in its environment; `ledger`
    names the kinds of events that it writes beside the row of the call.
    """

    def __init__(self, name, database, command, settings, ledger):
        self.name, self.database, self.command = name, database, command
        self.settings, self.ledger = settings, ledger

    @contextmanager
    def running(self, database_url, log):
        """Starts it, yields (process, address), and stops it: what it does behind its answers is done then."""
        with tempfile.TemporaryDirectory() as folder, open(log, "ab") as stderr:
            environment = {"PATH": os.environ["PATH"], "HOME": folder, **self.settings(database_url, folder)}
            process = subprocess.Popen(
                self.command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
            try:
                yield process, self._address(process)
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise

    def _address(self, process):
        for line in process.stdout:
            if found := re.search(r"^listening on http://(\S+)$", line):
                return found.group(1)
        raise SystemExit(f"bench: {self.name} did not start; see its log under target/bench")


def switchboard(name, database, binary):
    def settings(database_url, folder):
        return {
            "DATABASE_URL": database_url,
            "PUBLIC_BASE_URL": f"https://{PUBLIC_HOST}",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "SWITCHBOARD_DATA_DIR": folder,
            "BIND_ADDR": "127.0.0.1",
            "PORT": "0",
        }

    return Server(name, database, [str(binary), "serve"], settings, ("incoming", "status", "decision"))


def express(name, database, writes, ledger=()):
    def settings(database_url, _):
        return {
            "DATABASE_URL": database_url,
            "PUBLIC_HOST": PUBLIC_HOST,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "WRITES": writes,
            **EXPRESS,
        }

    return Server(name, database, [program("node"), str(ROOT / "benches/express/server.js")], settings, ledger)


class Pgbench:
    """A script of benches/sql, sent by pgbench: what the database alone can do."""

    def __init__(self, name, database, script, role, variables, ledger=()):
        self.name, self.database, self.script = name, database, script
        self.role, self.variables, self.ledger = role, variables, ledger

    def run(self, connections, warm_up, seconds):
        """Runs it, and returns what the load generator would.

        One run for both: each of its connections compiles the functions anew, which belongs to the warm-up.
        """
        database = self.database
        with tempfile.TemporaryDirectory() as folder:
            command = [program("pgbench"), "--no-vacuum", "--protocol", "prepared", "--client", str(connections)]
            command += ["--host", database.host, "--port", str(database.port), "--username", database.user]
            command += ["--time", str(round(warm_up + seconds)), "--log", "--log-prefix", f"{folder}/log"]
            command += [part for name, value in self.variables.items() for part in ("--define", f"{name}={value}")]
            command += ["--file", str(SQL / self.script), database.name]
            environment = {**os.environ, "PGOPTIONS": f"-c role={self.role} -c search_path=pg_catalog,pg_temp"}
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            time.sleep(warm_up)
            timed_from, usage = time.time(), Usage({"database": database.postmaster})
            output, _ = process.communicate()
            spent = usage.so_far()
            lines = [line.split() for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
        # Columns: client, count, microseconds taken, script, when it ended (seconds, microseconds).
        ended = [(float(line[4]) + float(line[5]) / 1e6, int(line[2])) for line in lines]
        timed = [took for at, took in ended if at >= timed_from]
        failed = re.search(r"failed transactions: (\d+)", output)
        return {
            "requests_per_second": len(timed) / (max(at for at, _ in ended) - timed_from),
            "latency_us": quantiles(timed),
            "calls": int(re.search(r"actually processed: (\d+)", output).group(1)),
            "requests": len(timed),
            "errors": {"failed": int(failed.group(1)) if failed else 0},
            **spent,
        }


def quantiles(latencies):
    """The same as the load generator's."""
    latencies = sorted(latencies)
    at = lambda thousandths: latencies[min(len(latencies) - 1, len(latencies) * thousandths // 1000)]
    named = {"p50": at(500), "p95": at(950), "p99": at(990), "p99_9": at(999)}
    return {"count": len(latencies), **named, "max": latencies[-1]}


class Generator:
    """The load generator, already built."""

    def __init__(self, binary):
        self.binary = str(binary)

    def payload(self):
        """What the ledger keeps of an incoming call, as JSON."""
        return self._output("voice", "--sample")

    def run(self, address, mode, **options):
        """Sends load, and returns the generator's report. Each option is one of its flags."""
        flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        return json.loads(self._output(mode, "--target", address, *flags))

    def _output(self, *arguments):
        return subprocess.run([self.binary, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


class Usage:
    """What a stretch of time cost: processors, and who else used them."""

    def __init__(self, pids):
        self.pids = pids
        self.before = self._now()

    def _now(self):
        trees = {name: processes.cpu_seconds(pid) for name, pid in self.pids.items()}
        return trees, processes.own_cpu_seconds(), processes.machine_cpu_seconds(), time.monotonic()

    def so_far(self):
        """CPU seconds of each tree and of the load, and the share of the machine that belonged to others."""
        (trees, own, (busy, total), _), (trees0, own0, (busy0, total0), _) = self._now(), self.before
        cpu = {name: trees[name] - trees0[name] for name in trees} | {"load": own - own0}
        others = max(0.0, busy - busy0 - sum(cpu.values())) / max(total - total0, 0.01)
        return {"cpu_seconds": cpu, "others_share": others}

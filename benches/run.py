"""`just bench`: runs the contestants in turn, A B C C B A, and prints ratios of medians.

    scripts/with-database --tcp --durable python3 benches/run.py [--quick] [--before PROGRAM] [--write PAGE]

A result counts only if every error counter is 0 and the database holds the rows of exactly the calls that were answered
well. All results go to target/bench/results.json, the tables to target/bench/figures.md.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import figures
from bench import Bench
from contestants import ACCOUNT_SID, ROOT, Generator, Pgbench, express, switchboard
from database import Database

SWITCHBOARD, BEFORE = "Switchboard", "Switchboard before"
FUNCTION, INSERT = "pgbench, the same function", "pgbench, one bare row"
EXPRESS, EXPRESS_FUNCTION = "Express, two queries", "Express, the same function"
TENANTS = 1000
# Added to each round trip between server and database. Seconds.
DELAY = 0.010


def arguments():
    parser = argparse.ArgumentParser(description="Measures Switchboard beside others; `just bench` starts it.")
    parser.add_argument("--server", metavar="PROGRAM", help="measures this one; else a release build of the source")
    parser.add_argument("--before", metavar="PROGRAM", help="an earlier build, measured beside this one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6, help="of each contestant's turn")
    parser.add_argument("--calls", type=int, default=200_000, help="that the database has before")
    parser.add_argument("--quick", action="store_true", help="two short rounds: shows that it works, and no more")
    parser.add_argument("--write", metavar="PAGE", help="puts the tables between the marks of this page")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.calls = 2, 1, 10_000
    return chosen


def built(target, *cargo):
    """The program that a call of cargo builds for a target."""
    command = ["cargo", *cargo, target, "--locked", "--message-format", "json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [message for message in map(json.loads, output.splitlines()) if message.get("executable")]
    return next(message["executable"] for message in messages if message["target"]["name"] == target)


def filled(database, server, calls):
    """The database as this build of the server makes it, with firms and calls of the past."""
    environment = {**os.environ, "DATABASE_URL": database.url}
    subprocess.run([server, "migrate"], check=True, stdout=subprocess.DEVNULL, env=environment)
    database.fill(TENANTS, calls)
    return database


def contestants(chosen, generator):
    """In the order of the table. Each has a database of its own: what one has written must not weigh on another."""
    first = filled(Database(os.environ["DATABASE_URL"]), chosen.server, chosen.calls)
    copy = lambda name: first.another(name, template=first.name)
    everybody = [switchboard(SWITCHBOARD, copy("switchboard"), chosen.server)]
    if chosen.before:
        earlier = filled(first.another("before"), chosen.before, chosen.calls)
        everybody.append(switchboard(BEFORE, earlier, chosen.before))
    tenants = {"tenants": TENANTS}
    ingest = {**tenants, "account_sid": ACCOUNT_SID, "payload": generator.payload().strip()}
    everybody += [Pgbench(FUNCTION, copy("function"), "ingest.sql", "switchboard_app", ingest, ("incoming",)),
                  Pgbench(INSERT, copy("row"), "insert.sql", "postgres", tenants)]
    if shutil.which("node") and (ROOT / "benches/express/node_modules").is_dir():
        everybody += [express(EXPRESS, copy("express"), "queries"),
                      express(EXPRESS_FUNCTION, copy("express_function"), "function", ("incoming", "status"))]
    else:
        print("bench: Node or its packages are missing; Express is left out", file=sys.stderr)
    return everybody


class Session:
    """All results of a run, by the title of their table and the contestant's name."""

    def __init__(self, bench, rounds):
        self.bench, self.rounds, self.results = bench, rounds, {}

    def play(self, title, contestants, rounds=None, **options):
        """Everybody's turn, then everybody's again, the other way round: nobody always follows the same one."""
        table = self.results.setdefault(title, {one.name: [] for one in contestants})
        for number in range(rounds or self.rounds):
            for one in contestants if number % 2 == 0 else reversed(contestants):
                result = self.bench.measure(one, **options)
                table[one.name].append(result)
                reasons = figures.spoilt_by(result)
                print(f"{title}, round {number + 1}: {one.name}: {result['requests_per_second']:.0f}/s"
                      f"{' DOES NOT COUNT: ' if reasons else ''}{'; '.join(reasons)}", file=sys.stderr, flush=True)
        return table

    def all(self):
        return [result for table in self.results.values() for rounds in table.values() for result in rounds]


def ratios(table, title):
    """The main table: everybody against an earlier build, the database itself, and Express."""
    bases = {"x before": BEFORE, "x function": FUNCTION, "x Express": EXPRESS}
    bases = {head: name for head, name in bases.items() if name in table}
    header = [title, *bases, "req/s", "p50 ms", "p99 ms", "CPU us", "PG us"]
    rows = [figures.row_of(name, rounds, [table[base] for base in bases.values()]) for name, rounds in table.items()]
    return figures.table(header, rows)


def main():
    chosen = arguments()
    folder = ROOT / "target/bench"
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(built("load", "bench", "--no-run", "--bench"))
    chosen.server = chosen.server or built("switchboard", "build", "--release", "--bin")
    everybody = contestants(chosen, generator)
    session = Session(Bench(generator, folder, chosen.seconds, min(chosen.seconds, 3)), chosen.rounds)
    text = "\n\n".join(report(session, everybody, chosen))
    results = {"machine": machine(everybody[0].database), "results": session.results}
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    text = f"{text}\n\n{circumstances(session, results['machine'], chosen)}\n"
    (folder / "figures.md").write_text(text)
    print(text)
    spoilt = [result for result in session.all() if figures.spoilt_by(result)]
    if spoilt:
        raise SystemExit(f"bench: {len(spoilt)} of {len(session.all())} results do not count; see above")
    if chosen.write:
        page = Path(chosen.write)
        page.write_text(figures.between_marks(page.read_text(), text))


def report(session, everybody, chosen):
    """Plays all scenarios, and yields their tables."""
    servers = [one for one in everybody if one.name in (SWITCHBOARD, BEFORE, EXPRESS)]
    ours = [one for one in servers if one.name != EXPRESS]
    main_table = session.play("64 connections", everybody, connections=64, prepared=100_000)
    yield ratios(main_table, "64 connections")
    few = max(1, chosen.rounds // 2)
    for mode, ready in (("status", 20_000), ("replay", 100), ("forged", 100_000)):
        title = f"{mode}, 64 connections"
        yield ratios(session.play(title, servers, few, mode=mode, connections=64, prepared=ready), title)
    open_loop = {"connections": 64, "rate": 100, "prepared": 2_000}
    yield latencies("100 calls a second", session.play("open loop", servers, few, **open_loop))
    far = session.play("open loop, far database", servers, few, delay=DELAY, **open_loop)
    yield latencies("the same, the database 10 ms away", far, DELAY)
    seconds = 4 if chosen.quick else 30
    crowd = session.play("200 connections", ours, 1, connections=200, seconds=seconds, prepared=200_000)
    yield crowds(crowd, seconds)


def latencies(title, table, round_trip=None):
    """How long callers wait, and how many round trips that is."""
    header = [title, "p50 ms", "p95 ms", "p99 ms"] + (["round trips"] if round_trip else [])
    rows = []
    for name, rounds in table.items():
        waits = [figures.median(rounds, "latency_us", quantile) / 1000 for quantile in ("p50", "p95", "p99")]
        trips = [f"{waits[0] / (round_trip * 1000):.2f}"] if round_trip else []
        rows.append([name, *(f"{wait:.1f}" for wait in waits), *trips])
    return figures.table(header, rows)


def crowds(table, seconds):
    """200 connections: errors, and resident memory."""
    header = [f"200 connections for {seconds} s", "req/s", "p99 ms", "errors", "idle MiB", "loaded MiB"]
    rows = []
    for name, rounds in table.items():
        figure = lambda *path: figures.median(rounds, *path)
        errors = sum(sum(result["errors"].values()) for result in rounds)
        rows.append([name, f"{figure('requests_per_second'):.0f}", f"{figure('latency_us', 'p99') / 1000:.0f}", str(errors),
                     f"{figure('idle_mib', 'rss'):.0f}", f"{figure('loaded_mib', 'rss'):.0f}"])
    return figures.table(header, rows)


def machine(database):
    """What the figures were measured on."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return {"processors": os.cpu_count(), "model": model, "kernel": platform.release(),
            "postgresql": database.description()}


def circumstances(session, machine, chosen):
    """The words below the tables: without them no absolute figure means anything."""
    results = session.all()
    span = lambda values, form: f"{min(values):{form}} to {max(values):{form}}"
    synced = [result["fdatasync_ms"] for result in results]
    postgresql = machine["postgresql"]
    settings = ", ".join(f"{name} {value}" for name, value in postgresql["settings"].items())
    when = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return "\n".join([
        f"{when}; medians of {chosen.rounds} rounds of {chosen.seconds:g} s (the smaller tables: fewer).",
        f"{machine['processors']} processors ({machine['model']}), Linux {machine['kernel']}.",
        f"PostgreSQL {postgresql['version']}: {settings}.",
        f"fdatasync of 8 KiB: median {statistics.median(synced):.2f} ms, {span(synced, '.2f')} ms from turn to turn.",
        f"Load average before a turn {span([result['load_average'] for result in results], '.1f')}; other programs took "
        f"{span([result['others_share'] * 100 for result in results], '.0f')} % of the processors during a turn.",
    ])


if __name__ == "__main__":
    main()

"""`just trials`: what the server must stand. Outages of the database, a stop under load, clients that send slowly.

    scripts/with-database --tcp python3 benches/trials.py [--quick] [--write PAGE]

Fails if the server fails a trial. The tables go to target/bench/trials.md.
"""

import argparse
import asyncio
import os
import subprocess
from pathlib import Path

import figures
from contestants import ROOT, switchboard
from database import Database
from outages import OUTAGES, outage, outage_row
from run import TENANTS, built, machine
from stops import slow_clients, stop_under_load
def arguments():
    parser = argparse.ArgumentParser(description="Puts the server on trial; `just trials` starts it.")
    parser.add_argument("--server", metavar="PROGRAM", help="tries this one; else a release build of the source")
    parser.add_argument("--only", default="", help="a part of a trial's name: leaves the others out")
    parser.add_argument("--quick", action="store_true", help="shorter and smaller: shows that it works, and no more")
    parser.add_argument("--write", metavar="PAGE", help="puts the tables between the marks of this page")
    return parser.parse_args()


def tables(server, folder, chosen):
    """Runs the trials, and yields each table with the faults that were found."""
    seconds = 10 if chosen.quick else 60
    tried = [asyncio.run(outage(server, kind, seconds, folder)) for kind in OUTAGES if chosen.only in kind]
    if tried:
        header = [f"outage, {seconds} s", "calls", "no TwiML", "1st s", "p99 ms", "> 50 ms", "back s", "lost", "fds"]
        yield figures.table(header, [outage_row(one) for one in tried]), [fault for one in tried for fault in one["faults"]]
    for name, trial in (("stop", stop_under_load), ("slow clients", slow_clients)):
        if chosen.only in name:
            yield asyncio.run(trial(server, folder, chosen.quick))


def main():
    chosen = arguments()
    folder = ROOT / "target/bench"
    folder.mkdir(parents=True, exist_ok=True)
    binary = chosen.server or built("switchboard", "build", "--release", "--bin")
    subprocess.run([binary, "migrate"], check=True, stdout=subprocess.DEVNULL)
    database = Database(os.environ["DATABASE_URL"])
    database.fill(TENANTS, 1_000)
    texts, faults = zip(*tables(switchboard("Switchboard", database, binary), folder, chosen))
    faults = [fault for of_one in faults for fault in of_one]
    at = machine(database)
    place = f"{at['processors']} processors ({at['model']}), Linux {at['kernel']}, PostgreSQL {at['postgresql']['version']}."
    text = "\n\n".join([*texts, place, *faults]) + "\n"
    (folder / "trials.md").write_text(text)
    print(text)
    if faults:
        raise SystemExit(f"trials: {len(faults)} faults; see above")
    if chosen.write:
        page = Path(chosen.write)
        page.write_text(figures.between_marks(page.read_text(), text, "trials"))


if __name__ == "__main__":
    main()

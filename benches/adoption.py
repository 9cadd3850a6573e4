"""`just adoption`: how long callers wait while a large older database becomes right.

    scripts/with-database --tcp --durable python3 benches/adoption.py [--quick] [--write PAGE]

One million leads and 200 000 calls, as the earlier programs made them, are adopted with approval by a login that owns the
tables and is no superuser. Meanwhile two sessions of a role that row-level security doesn't bind look a tenant up and write
a call, without a pause. Fails if one of them waits for over half a second or is refused, if a row is missing at the end, or
if the leads were written anew where nothing asks for it. The table goes to target/bench/adoption.md.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import figures
from contestants import ROOT
from database import Database
from run import built, machine

LEGACY = ROOT / "tests/legacy"
# Seconds that a caller may wait.
LIMIT = 0.5

LOOK_UP = "SELECT get_tenant_by_phone('+18165550101');\n"
WRITE = """\\set number random(1, 1000000000)
INSERT INTO call_logs (tenant_id, call_sid{more})
    SELECT id, 'CA-probe-' || :number || '-' || clock_timestamp(){values} FROM tenants ORDER BY created_at LIMIT 1;
"""

LEADS = """INSERT INTO leads (business_name, contact_name, email, phone, status)
    SELECT 'Firm ' || n, 'Person ' || n, 'person' || n || '@example.com', '+1816555' || lpad((n % 10000)::text, 4, '0'), 'new'
      FROM generate_series(1, {leads}) n;
"""
LEADS_WITH_TENANT = LEADS.replace("status)", "status, tenant_id)").replace("'new'", "'new', t.id").replace(" n;", " n, tenants t;")
CLEAN_CALLS = """INSERT INTO call_logs (tenant_id, call_sid, from_number, to_number, status, duration, started_at, created_at)
    SELECT t.id, 'CA' || md5(n::text), '+1913555' || lpad((n % 10000)::text, 4, '0'), '+18165550105', 'completed', n % 600,
           timestamp '2025-01-01' + n * interval '1 minute', timestamp '2025-01-01' + n * interval '1 minute'
      FROM generate_series(1, {calls}) n, tenants t WHERE t.slug = 'default';
"""
ORM_CALLS = """INSERT INTO call_logs (call_sid, caller_phone, called_number, status, duration_seconds, created_at, ended_at)
    SELECT 'CA' || md5(n::text), '+1913555' || lpad((n % 10000)::text, 4, '0'), '(816) 555-0101', 'completed', n % 600,
           timestamp '2025-01-01' + n * interval '1 minute', timestamp '2025-01-01' + n * interval '1 minute'
      FROM generate_series(1, {calls}) n;
"""
FILES = ("01_leads_and_signals.sql", "02_crm.sql", "05_clean.sql")

# Each: its name, the files that made it, the rows, and whether its leads may stay as they lie on the disk.
CASES = (
    ("the clean file", FILES, LEADS_WITH_TENANT + CLEAN_CALLS, True),
    ("leads without tenant_id", FILES, LEADS + CLEAN_CALLS + "ALTER TABLE leads DROP COLUMN tenant_id CASCADE;", True),
    ("leads with an empty tenant_id", FILES, LEADS + CLEAN_CALLS, False),
    ("the ORM's integer ids", ("01_leads_and_signals.sql", "08_voice_agent_orm.sql"), LEADS + ORM_CALLS, True),
)


class Probe:
    """One session of pgbench that repeats a script and writes down how long each run took."""

    def __init__(self, database, script, folder, name):
        self.folder, self.name = folder, name
        path = folder / f"{name}.sql"
        path.write_text(script)
        command = ["pgbench", "--no-vacuum", "--client=1", "--time=3600", "--log", f"--log-prefix={folder / name}"]
        command += ["--host", database.host, "--port", str(database.port), "--username=prober", "--file", str(path), database.name]
        self.output = (folder / f"{name}.out").open("w+")
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT)

    def stop(self):
        """The waits in seconds, longest first, and what was refused."""
        died = self.process.poll()
        self.process.terminate()
        self.process.wait()
        self.output.seek(0)
        refused = [line.strip() for line in self.output if "ERROR" in line or "aborted" in line]
        if died is not None and not refused:
            refused = [f"ended with {died}"]
        lines = [line.split() for log in self.folder.glob(f"{self.name}.*[0-9]") for line in log.read_text().splitlines()]
        return sorted((int(line[2]) / 1e6 for line in lines if len(line) > 2), reverse=True), refused


def prepared(server, name, files, rows, sizes):
    """A database as the older programs left it: the files, the rows, and the roles."""
    server.ask(f'CREATE DATABASE "{name}" OWNER firm')
    address = urlsplit(server.url)
    database = Database(f"postgres://firm@127.0.0.1:{address.port}/{name}")
    for file in files:
        database.load(LEGACY / file)
    database.ask(rows.format(**sizes))
    database.ask("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO prober")
    if "05_clean.sql" in files:
        database.ask("GRANT EXECUTE ON FUNCTION get_tenant_by_phone TO prober")
    above = Database(f"{server.url.rsplit('/', 1)[0]}/{name}")
    above.ask("VACUUM ANALYZE")
    server.settle()
    return database, above


def lies(database):
    """Where the leads lie on the disk, and how large they are."""
    node, size = database.ask("SELECT pg_relation_filenode('leads'), pg_relation_size('leads')").split("|")
    return node, int(size)


def adopt(server, binary, case, sizes, folder):
    name, files, rows, stays = case
    database, above = prepared(server, f"adopted_{CASES.index(case)}", files, rows, sizes)
    before, counts = lies(database), database.ask("SELECT (SELECT count(*) FROM leads), (SELECT count(*) FROM call_logs)")
    is_orm = "08_voice_agent_orm.sql" in files
    write = WRITE.format(more="" if is_orm else ", from_number, to_number", values="" if is_orm else ", '+19135550199', '+18165550105'")
    probes = {"look-up": LOOK_UP, "write": write}
    if is_orm:
        # Before, there is neither the function nor a tenant: there is nothing to ask until the call log is made anew.
        probes = {}
    running = {kind: Probe(database, script, folder, f"{CASES.index(case)}-{kind}") for kind, script in probes.items()}
    time.sleep(0.5)
    environment = {**os.environ, "DATABASE_URL": database.url, "RUST_LOG": "info"}
    began = time.monotonic()
    ran = subprocess.run([binary, "migrate", "--approve-all"], env=environment, text=True, capture_output=True)
    took = time.monotonic() - began
    (folder / f"{CASES.index(case)}.log").write_text(ran.stdout + ran.stderr)
    time.sleep(0.5)
    stopped = {kind: probe.stop() for kind, probe in running.items()}
    after = lies(database)
    faults = [f"{name}: {kind}: {line}" for kind, (_, refused) in stopped.items() for line in refused]
    faults += [f"{name}: {kind} waited {waits[0]:.2f} s" for kind, (waits, _) in stopped.items() if not waits or waits[0] > LIMIT]
    if ran.returncode:
        faults.append(f"{name}: migrate ended with {ran.returncode}: {ran.stderr.strip().splitlines()[-1]}")
    if stays and before != after:
        faults.append(f"{name}: the leads were written anew: {before} became {after}")
    leads, calls = map(int, counts.split("|"))
    now = [int(count) for count in above.ask(
        "SELECT (SELECT count(*) FROM leads WHERE tenant_id IS NOT NULL), (SELECT count(*) FROM call_logs WHERE tenant_id IS NOT NULL AND call_sid NOT LIKE 'CA-probe-%')"
    ).split("|")]
    if now != [leads, calls]:
        faults.append(f"{name}: {now} rows with a tenant instead of {[leads, calls]}")
    again = subprocess.run([binary, "migrate"], env=environment, text=True, capture_output=True)
    if "nothing to do" not in again.stdout:
        faults.append(f"{name}: a second run says {again.stdout.strip()}")
    cell = lambda kind: f"{stopped[kind][0][0] * 1000:.0f} of {len(stopped[kind][0])}" if stopped.get(kind) and stopped[kind][0] else "-"
    grown = f"{after[1] / before[1]:.2f}" + ("" if before[0] == after[0] else ", anew")
    return [name, f"{took:.1f}", cell("look-up"), cell("write"), grown], faults


def main():
    parser = argparse.ArgumentParser(description="Adopts large older databases; `just adoption` starts it.")
    parser.add_argument("--server", metavar="PROGRAM", help="tries this one; else a release build of the source")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows: shows that it works, and no more")
    parser.add_argument("--write", metavar="PAGE", help="puts the table between the marks of this page")
    chosen = parser.parse_args()
    scale = 100 if chosen.quick else 1
    sizes = {"leads": 1_000_000 // scale, "calls": 200_000 // scale}
    binary = chosen.server or built("switchboard", "build", "--release", "--bin")
    server = Database(os.environ["DATABASE_URL"])
    server.ask("CREATE ROLE firm LOGIN CREATEROLE")
    server.ask("CREATE ROLE prober LOGIN BYPASSRLS")
    out = ROOT / "target/bench"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        results = [adopt(server, binary, case, sizes, Path(folder)) for case in CASES]
    header = ["state", "migrate s", "longest look-up ms", "longest write ms", "leads' size"]
    at = machine(server)
    place = f"{sizes['leads']} leads, {sizes['calls']} calls; {at['processors']} processors ({at['model']}), PostgreSQL {at['postgresql']['version']}."
    faults = [fault for _, found in results for fault in found]
    text = "\n\n".join([figures.table(header, [row for row, _ in results]), place, *faults]) + "\n"
    (out / "adoption.md").write_text(text)
    print(text)
    if faults:
        raise SystemExit(f"adoption: {len(faults)} faults; see above")
    if chosen.write:
        page = Path(chosen.write)
        page.write_text(figures.between_marks(page.read_text(), text, "adoption"))


if __name__ == "__main__":
    main()

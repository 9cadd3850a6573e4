# Everything a developer runs. `just check` is what must pass before a change lands; .ci/run calls it.
# just itself: `pip install rust-just`, or `cargo install just`.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Tools that `just setup` installed come first; then whatever PATH has.
export PATH := env("XDG_CACHE_HOME", home_directory() / ".cache") / "switchboard-ci/tools/bin:" + env("PATH")

# Lists the recipes
[private]
default:
    @{{ just_executable() }} --list --unsorted

# Everything, quick checks first and the tests last
[group('check')]
check: fmt-check deploy-check bench-check deny clippy doc prepare-check fuzz-short demo-once schemathesis peer test

# Is the code formatted?
[group('check')]
fmt-check:
    cargo fmt --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check

# All lints, none may speak
[group('check')]
clippy:
    cargo clippy --locked --all-targets -- -D warnings
    cargo clippy --locked --manifest-path fuzz/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-target}/fuzz" -- -D warnings

# The tests; needs PostgreSQL 15 or newer installed, nothing running
[group('check')]
test:
    cargo test --locked

# The documentation, private items too, without a broken link
[group('check')]
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# The Dockerfile's own lints; `cargo test --test deployment` holds it against the rest
[group('check')]
deploy-check: (setup "hadolint")
    hadolint Dockerfile

# Do the benchmark's own parts work? Measures nothing
[group('check')]
bench-check:
    python3 -B -m unittest discover --quiet --start-directory benches
    ! command -v node >/dev/null || node --check benches/express/server.js

# Licences, bans and sources of all dependencies; advisories need GitHub, see deny.toml
[group('check')]
deny: (setup "cargo-deny")
    cargo deny --locked check bans licenses sources
    cargo deny --locked --manifest-path fuzz/Cargo.toml check bans licenses sources

# Does .sqlx hold exactly the queries of the code?
[group('check')]
prepare-check: (setup "sqlx-cli")
    scripts/with-database cargo sqlx prepare --check -- --locked --all-targets \
        | awk '{ print } /potentially unused/ { stale = 1 } END { exit stale }'

# Hostile inputs for what reads strangers' text; the same ones every time
[group('check')]
fuzz-short:
    scripts/fuzz short

# The demo's calls, once, in a folder that is thrown away
[group('check')]
demo-once:
    data=$(mktemp -d); trap 'rm -rf "$data"' EXIT; cargo run --locked -- demo --once --data-dir "$data"

# Does the running server do what its OpenAPI document says? Half a minute; `just schemathesis 100` looks longer
[group('check')]
schemathesis *cases: (setup "schemathesis")
    scripts/schemathesis {{ cases }}

# A Twilio that somebody else wrote calls the real server; needs Node.js 20 or newer with npm
[group('check')]
peer:
    npm ci --prefix tests/emulate --no-audit --no-fund --silent
    cargo test --locked --test emulate -- --ignored

# Formats the code
[group('work')]
fmt:
    cargo fmt
    cargo fmt --manifest-path fuzz/Cargo.toml

# Writes .sqlx anew; after every change of a query or a migration
[group('work')]
prepare: (setup "sqlx-cli")
    scripts/with-database cargo sqlx prepare -- --locked --all-targets

# Writes src/schema/target.json anew; after every new migration
[group('work')]
target:
    SWITCHBOARD_WRITE_TARGET=1 cargo test --locked --test it the_target_in_the_repository

# Writes docs/calls.md anew: what callers hear. Read it before you commit it
[group('work')]
conversations:
    SWITCHBOARD_WRITE_CONVERSATIONS=1 cargo test --locked --test it the_page_of_conversations

# New hostile inputs: for one target of fuzz/src/bin/, or all
[group('work')]
fuzz target='all' executions='10000000':
    scripts/fuzz {{ target }} {{ executions }}

# The demo, until Ctrl-C
[group('work')]
demo *flags:
    cargo run --locked -- demo {{ flags }}

# Measures the server beside others, in about ten minutes; `--quick` shows in one or two that it works
[group('work')]
bench *flags:
    ! command -v npm >/dev/null || npm ci --prefix benches/express --no-audit --no-fund --silent
    scripts/with-database --tcp --durable python3 -B benches/run.py {{ flags }}

# Outages, a stop under load, slow clients: what the server must stand, in about ten minutes
[group('work')]
trials *flags:
    scripts/with-database --tcp python3 -B benches/trials.py {{ flags }}

# How long callers wait while large older databases become right, in about ten minutes
[group('work')]
adoption *flags:
    scripts/with-database --tcp --durable python3 -B benches/adoption.py {{ flags }}

# Makes 1 519 half-migrated databases right, and judges each, in some 13 minutes; SWITCHBOARD_STATE=NAME: that one
[group('work')]
migration-states:
    cargo test --locked --test migration_states every_half_migrated -- --ignored --nocapture

# Builds the image and runs it, without a Docker engine; as root
[group('work')]
image *flags:
    scripts/image {{ flags }}

# Installs the tools that are missing: sqlx-cli, cargo-deny, hadolint, schemathesis
[group('work')]
setup *tools:
    @scripts/setup {{ tools }}

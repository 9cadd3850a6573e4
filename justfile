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
check: fmt-check clippy doc prepare-check demo-once test

# Is the code formatted?
[group('check')]
fmt-check:
    cargo fmt --check

# All lints, none may speak
[group('check')]
clippy:
    cargo clippy --locked --all-targets -- -D warnings

# The tests; needs PostgreSQL 15 or newer installed, nothing running
[group('check')]
test:
    cargo test --locked

# The documentation, private items too, without a broken link
[group('check')]
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Does .sqlx hold exactly the queries of the code?
[group('check')]
prepare-check: setup
    scripts/with-database cargo sqlx prepare --check -- --locked --all-targets \
        | awk '{ print } /potentially unused/ { stale = 1 } END { exit stale }'

# The demo's calls, once, in a folder that is thrown away
[group('check')]
demo-once:
    data=$(mktemp -d); trap 'rm -rf "$data"' EXIT; cargo run --locked -- demo --once --data-dir "$data"

# Formats the code
[group('work')]
fmt:
    cargo fmt

# Writes .sqlx anew; after every change of a query or a migration
[group('work')]
prepare: setup
    scripts/with-database cargo sqlx prepare -- --locked --all-targets

# The demo, until Ctrl-C
[group('work')]
demo *flags:
    cargo run --locked -- demo {{ flags }}

# Installs sqlx-cli if it is missing
[group('work')]
setup:
    @scripts/setup

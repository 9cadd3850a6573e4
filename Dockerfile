# The image: one program on a base without a shell, run by nobody in particular. docs/deploy.md says how to use it.
#
# Both bases are the same Debian release, so that the C library of the build is the one of the run.

FROM docker.io/library/rust:1.95-bookworm AS toolchain
WORKDIR /build
RUN cargo install cargo-chef --version 0.1.78 --locked

# What our dependencies are, without our code.
FROM toolchain AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM toolchain AS build
# `dev` builds faster and runs slower; for trials.
ARG PROFILE=release
COPY --from=plan /build/recipe.json recipe.json
# The layer of the dependencies: built again only when they change.
RUN cargo chef cook --profile "$PROFILE" --locked --no-default-features --bin switchboard --recipe-path recipe.json
COPY . .
# Without default features: the image uses the PostgreSQL that it is given, and carries none.
RUN cargo build --profile "$PROFILE" --locked --no-default-features --bin switchboard \
    && mkdir -p /image/data \
    && cp target/*/switchboard /image/switchboard

# The C library, certificates of authorities, zone data; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
# A named volume takes the owner of the folder that it covers.
COPY --from=build --chown=65532:65532 /image/data /data
COPY --from=build /image/switchboard /usr/local/bin/switchboard
ENV SWITCHBOARD_DATA_DIR=/data PORT=8080
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["/usr/local/bin/switchboard", "healthcheck"]
# Arguments replace CMD alone: `docker run … IMAGE migrate`, and Fly's release_command likewise.
ENTRYPOINT ["/usr/local/bin/switchboard"]
CMD ["serve"]

# A static binary on nothing: no shell, no libc, no package manager to keep up to date.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
# For `articled --version`: the build has no git. `docker build --build-arg BUILD_COMMIT=$(git rev-parse HEAD)` gives it.
ARG BUILD_COMMIT
# Proc macros cannot be linked statically; with --target the flags are for the program alone.
RUN host=$(rustc -vV | sed -n 's/^host: //p') \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --profile dist --target "$host" \
    && mv "target/$host/dist/articled" /articled \
    && mkdir /data
# The C library is linked in.
RUN (python3 deploy/release/notices.py && cat /usr/share/doc/libc6/copyright /usr/share/common-licenses/LGPL-2.1) > /THIRD-PARTY-NOTICES.txt

FROM scratch
ARG BUILD_COMMIT
LABEL org.opencontainers.image.title="articled" \
      org.opencontainers.image.description="A gRPC service that keeps and searches scraped news articles, above all Chinese ones" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$BUILD_COMMIT"
COPY --from=build /articled /articled
COPY --from=build /THIRD-PARTY-NOTICES.txt /source/LICENSE /
# The user below writes here; a volume that is mounted empty takes over the owner.
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 50051 9464
# Beyond its own loopback it serves only once it is told how: ARTICLED_TLS_CERT and ARTICLED_TLS_KEY, ARTICLED_TOKENS, or
# ARTICLED_INSECURE=true where nobody else can reach it.
ENV ARTICLED_LISTEN=0.0.0.0:50051 \
    ARTICLED_METRICS_LISTEN=0.0.0.0:9464 \
    ARTICLED_DATABASE=sqlite:/data/articled.db \
    ARTICLED_LOG_FORMAT=json
# Asked each second while it starts, so that what waits for it goes on at once.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s CMD ["/articled", "healthcheck"]
ENTRYPOINT ["/articled"]
CMD ["serve"]

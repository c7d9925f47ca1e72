# One service as an image: its program, the command `sextant` to ask it how it is, and the libraries they load.
#   docker build --file deploy/images/service.Dockerfile --build-arg SERVICE=ingest-service --tag sextant/ingest-service .
# SERVICE is one of ingest-service, attribution-service, mmm-service, experiment-service, insights-service, gateway, or
# sextant for the command alone. All programs are built at once, by as many processes as JOBS says: only the first of the
# images takes minutes. Base images are arguments: BUILDER has Swift 6.3 on Debian 12, BASE is Debian 12;
# deploy/images/bases makes both where there is no registry.
ARG BUILDER=swift:6.3-bookworm
ARG BASE=debian:12-slim

FROM ${BUILDER} AS builder
WORKDIR /src
COPY deploy/packages.txt ./
RUN apt-get update \
    && apt-get install --yes --no-install-recommends $(awk '$1 == "libraries" { print $2 }' packages.txt) \
    && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
COPY Proto Proto
COPY Shared Shared
COPY Services Services
COPY Tests Tests
ARG JOBS=2
# Nothing here depends on SERVICE, so that all images share it.
RUN mkdir /out \
    && for program in sextant gateway ingest-service attribution-service mmm-service experiment-service insights-service; do \
        swift build --quiet --jobs "${JOBS}" --configuration release --static-swift-stdlib --product "$program" \
            && cp ".build/release/$program" /out/ || exit 1; \
    done \
    && rm -rf .build
# By this it is found again, as it has no name.
LABEL org.sextant.stage=builder

# What a program shows and does not hold itself: Swagger UI, which the gateway alone has need of.
FROM ${BUILDER} AS pages
WORKDIR /src
COPY deploy/install deploy/packages.txt deploy/documentation.txt deploy/
RUN deploy/install documentation && rm -rf /var/lib/apt/lists/*
ARG SERVICE
RUN mkdir /pages && if [ "${SERVICE}" = gateway ]; then cp --recursive .documentation/swagger-ui /pages/; fi
LABEL org.sextant.stage=builder

FROM ${BASE} AS runtime
COPY deploy/packages.txt /tmp/packages.txt
RUN apt-get update \
    && apt-get install --yes --no-install-recommends $(awk '$1 == "runtime" { print $2 }' /tmp/packages.txt) \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.txt \
    && groupadd --gid 10001 sextant \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin sextant
# Inside a container others must be able to reach it; outside nobody does but by ports that are published.
ENV SEXTANT_LISTEN_ADDRESS=0.0.0.0:50051 SEXTANT_METRICS_ADDRESS=0.0.0.0:9464
USER 10001:10001
EXPOSE 50051 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["sextant", "probe", "127.0.0.1:50051"]
ENTRYPOINT ["service"]

FROM runtime
ARG SERVICE
LABEL org.opencontainers.image.title="sextant ${SERVICE}" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=builder /out/sextant /out/${SERVICE} /usr/local/bin/
COPY --from=pages /pages /usr/local/share/sextant/
USER root
RUN ln -s "${SERVICE}" /usr/local/bin/service
USER 10001:10001

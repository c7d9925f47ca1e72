# Prometheus as an image, from Debian's own package.
#   docker build --file deploy/images/prometheus.Dockerfile --tag sextant/prometheus .
ARG BASE=debian:12-slim
FROM ${BASE}
RUN apt-get update \
    && apt-get install --yes --no-install-recommends prometheus \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/prometheus/data
COPY deploy/observability/prometheus.yml /etc/prometheus/prometheus.yml
USER 10001:10001
VOLUME /var/lib/prometheus/data
EXPOSE 9090
ENTRYPOINT ["prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/var/lib/prometheus/data", "--enable-feature=exemplar-storage"]

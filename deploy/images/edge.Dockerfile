# The edge as an image: nghttpx, which speaks HTTP/1.1, HTTP/2 and TLS towards the world.
#   docker build --file deploy/images/edge.Dockerfile --tag sextant/edge .
# Its configuration is mounted at /etc/nghttpx/nghttpx.conf.
ARG BASE=debian:12-slim
FROM ${BASE}
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl nghttp2-proxy \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 sextant \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin sextant
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["curl", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/"]
ENTRYPOINT ["nghttpx", "--conf=/etc/nghttpx/nghttpx.conf"]

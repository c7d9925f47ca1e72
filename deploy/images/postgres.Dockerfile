# The database as an image, from Debian's own package: a cluster is made in the volume when there is none.
#   docker build --file deploy/images/postgres.Dockerfile --tag sextant/postgres .
# The superuser's password is read from the file that POSTGRES_PASSWORD_FILE names.
ARG BASE=debian:12-slim
FROM ${BASE}
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 \
    # A volume is made with the owner of what is there before it.
    && usermod --uid 10001 postgres \
    && install --directory --owner postgres --group postgres --mode 0700 /var/lib/postgresql/data
COPY deploy/images/postgres-start /usr/local/bin/postgres-start
USER postgres
VOLUME /var/lib/postgresql/data
EXPOSE 5432
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=5 CMD ["/usr/lib/postgresql/15/bin/pg_isready", "--quiet", "--host", "127.0.0.1"]
ENTRYPOINT ["postgres-start"]

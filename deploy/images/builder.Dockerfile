# What builds the services: Debian 12 with the Swift toolchain that deploy/images/bases hands over beside this file, and the
# certificates that the machine trusts beside Debian's.
ARG BASE
FROM ${BASE}
COPY packages.txt /tmp/packages.txt
RUN apt-get update \
    && apt-get install --yes --no-install-recommends $(awk '$1 == "toolchain" { print $2 }' /tmp/packages.txt) \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.txt
COPY usr /usr
RUN update-ca-certificates

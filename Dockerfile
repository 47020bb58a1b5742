# imgscope with every format it writes, in an image that passes its own audit under ci/image-policy.toml:
#
#     docker build -t imgscope .
#     docker run --rm imgscope audit nginx:latest
#
# A Debian of another release or registry: --build-arg BASE=…. Where PyPI is out of reach, --build-arg takes
# PIP_INDEX_URL, or PIP_NO_INDEX=1 with PIP_FIND_LINKS=DIRECTORY; what is installed is held against its hashes.
ARG BASE=docker.io/library/debian:13-slim

FROM ${BASE} AS python
# Not pinned: the release of Debian decides over versions, and its security updates are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/lib/dpkg/*-old \
        /var/log/apt /var/log/alternatives.log /var/log/dpkg.log

FROM python AS build
ARG PIP_INDEX_URL
ARG PIP_FIND_LINKS
ARG PIP_NO_INDEX
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY requirements/build.txt requirements/cyclonedx.txt requirements/
# What builds stays in /tools; what runs goes to /opt/imgscope, which has no installer.
RUN python3 -m venv /tools \
    && /tools/bin/pip install --require-hashes --no-deps -r requirements/build.txt \
    && python3 -m venv --without-pip /opt/imgscope \
    && /tools/bin/pip --python /opt/imgscope/bin/python install --require-hashes --no-deps -r requirements/cyclonedx.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
# Bytecode that is never held against its source: it starts faster, and is the same in every build. Test suites of
# libraries go, which nothing runs here.
RUN /tools/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /dist . \
    && /tools/bin/pip --python /opt/imgscope/bin/python install --no-deps --no-index /dist/*.whl \
    && find /opt/imgscope -type d -name tests -prune -exec rm -rf {} + \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/imgscope/lib \
    && install -d -m 0700 -o 65532 -g 65532 /home/imgscope/.cache

FROM python
LABEL org.opencontainers.image.title="imgscope" \
      org.opencontainers.image.description="Inspects container images and audits their size" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/imgscope /opt/imgscope
COPY --from=build --chown=65532:65532 /home/imgscope /home/imgscope
# Layers that were read before are kept in ~/.cache, where a volume lets the next run find them.
ENV PATH=/opt/imgscope/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/home/imgscope
# Policies, image lists and reports are looked for and written here.
WORKDIR /work
USER 65532:65532
# It runs a command and ends: there is no service whose health could be checked.
HEALTHCHECK NONE
ENTRYPOINT ["imgscope"]
CMD ["--help"]

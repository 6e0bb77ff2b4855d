# Multi-stage: the second stage has no compiler, no build tools and nothing that was not locked by hash.
# Pin the base by digest for a release: --build-arg PYTHON=python:3.13-slim-bookworm@sha256:…
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build && /opt/build/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-build.lock
RUN python -m venv /opt/odevents && /opt/odevents/bin/python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY odevents odevents
COPY workers workers
RUN SOURCE_DATE_EPOCH=1767225600 /opt/build/bin/python -m hatchling build -t wheel
RUN /opt/odevents/bin/python -m pip install --no-cache-dir --no-deps --no-index dist/*.whl \
 && /opt/odevents/bin/python -m pip uninstall --yes --quiet setuptools pip
RUN /opt/odevents/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/odevents/lib

FROM ${PYTHON}
COPY --from=build /opt/odevents /opt/odevents
# Folders that a volume can be mounted on and stay writable: the receiver's index, the data of `odevents up`.
# And nothing of the base's that runs as its owner.
RUN install -d -o 10001 -g 10001 -m 0700 /run/odevents /data \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
ENV PATH=/opt/odevents/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    LOGNAME=odevents \
    ODEVENTS_CONFIG=/etc/odevents/odevents.toml \
    ODEVENTS_DATA=/data \
    ODEVENTS_HOST=0.0.0.0
USER 10001:10001
WORKDIR /tmp
EXPOSE 8320
STOPSIGNAL SIGTERM
ENTRYPOINT ["odevents"]
CMD ["--help"]

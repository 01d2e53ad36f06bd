# One image of learnloom: the command `learnloom`, its locked dependencies, and a user without rights.

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
# Without pip of its own: what only builds does not come along.
RUN python -m venv --without-pip /opt/learnloom
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The dependencies first: they change more seldom than the code, and every one has its hash in the lock.
COPY requirements.lock ./
RUN pip --python /opt/learnloom/bin/python install --require-hashes --only-binary :all: -r requirements.lock -c requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas ./schemas
COPY pipelines ./pipelines
COPY flows ./flows
COPY sql ./sql
COPY learnloom ./learnloom
RUN pip wheel --no-deps --wheel-dir /wheels . \
    && pip --python /opt/learnloom/bin/python install --no-deps /wheels/*.whl

FROM python:3.12-slim-bookworm
# The number is fixed, so that a volume that was written once can be written by every later image.
RUN groupadd --gid 10001 learnloom \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /files --shell /usr/sbin/nologin learnloom \
    && install --directory --owner=learnloom --group=learnloom /files /warehouse
COPY --from=build /opt/learnloom /opt/learnloom
ENV PATH=/opt/learnloom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LEARNLOOM_WAREHOUSE=/warehouse
USER 10001:10001
WORKDIR /files
# No HEALTHCHECK: most commands end by themselves, and `consume` leaves when it cannot go on (see docker-compose.yml).
ENTRYPOINT ["learnloom"]
CMD ["--help"]

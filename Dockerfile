# One image of learnloom: the command `learnloom`, its locked dependencies, and a user without rights.
#
#   docker build --tag learnloom:0.2.0 .                                            everything
#   docker build --build-arg LOCK=requirements-small.lock --tag learnloom:0.2.0-small .    no Prefect, no plots
#
# The base by digest, so that a build of another day has the same one:
#   docker buildx imagetools inspect python:3.12-slim-bookworm        says its digest
#   docker build --build-arg PYTHON=python:3.12-slim-bookworm@sha256:… .
ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS build
ARG LOCK=requirements.lock
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Without pip of its own: what only builds does not come along.
RUN python -m venv --without-pip /opt/learnloom
# The dependencies first: they change more seldom than the code, and every one has its hash in the lock.
COPY requirements.lock requirements-small.lock requirements-build.lock ./
RUN pip --python /opt/learnloom/bin/python install --no-compile --require-hashes --only-binary :all: -r ${LOCK} -c ${LOCK}
# The build backend has its hash, too.
RUN python -m venv /opt/backend && /opt/backend/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas ./schemas
COPY pipelines ./pipelines
COPY flows ./flows
COPY sql ./sql
COPY learnloom ./learnloom
RUN /opt/backend/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /opt/learnloom/bin/python install --no-compile --no-deps /wheels/*.whl
# What tests the dependencies, what compiles against them, and what serves debuggers stays out. Compiled is what is imported:
# the root of a container may be read-only, and each start would compile it anew.
RUN apt-get update && apt-get install --yes --no-install-recommends binutils
COPY deploy/warm.py ./
RUN cd /opt/learnloom/lib/python3.*/site-packages \
    && find . -type d \( -name tests -o -name test -o -name include \) -prune -exec rm -r {} + \
    && find . -type f \( -name '*.a' -o -name '*.pxd' -o -name '*.pyx' -o -name '*.pyi' -o -name '*_flight*.so*' \) -delete \
    && for module in _duckdb* asyncpg lz4 sqlalchemy uvloop zstandard; do \
         find $module -name '*.so' -exec strip --strip-unneeded {} +; \
       done \
    && /opt/learnloom/bin/python /src/warm.py

FROM ${PYTHON}
ARG VERSION=0.2.0
LABEL org.opencontainers.image.title="learnloom" \
      org.opencontainers.image.description="From xAPI statements to every student's profile and feedback signals." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
# The number is fixed, so that a volume that was written once can be written by every later image. No program may give rights
# that its caller has not, and nothing can be installed.
RUN groupadd --gid 10001 learnloom \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /files --shell /usr/sbin/nologin learnloom \
    && install --directory --owner=learnloom --group=learnloom /files /warehouse /prefect /backup /scratch /keys \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && find /usr/local/lib -type d \( -name ensurepip -o -name 'pip' -o -name 'pip-*' -o -name idlelib \) -prune -exec rm -r {} + \
    && rm -f /usr/local/bin/pip /usr/local/bin/pip3 /usr/local/bin/pip3.12 /usr/local/bin/idle*
COPY --from=build /opt/learnloom /opt/learnloom
ENV PATH=/opt/learnloom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LEARNLOOM_WAREHOUSE=/warehouse
USER 10001:10001
WORKDIR /files
# No HEALTHCHECK: most commands end by themselves; docker-compose.yml says how the health of each service shows.
ENTRYPOINT ["learnloom"]
CMD ["--help"]

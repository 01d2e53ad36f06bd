# One image of learnloom: the command `learnloom`, its locked dependencies, and a user without rights.
#
#   docker build --tag learnloom:0.2.0 .                                            everything
#   docker build --build-arg LOCK=requirements-small.lock --tag learnloom:0.2.0-small .    producer, consumer, store, HTTP interface
#   docker build --build-arg LOCK=requirements-producer.lock --tag learnloom:0.2.0-producer .    check, convert, produce
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
COPY requirements.lock requirements-small.lock requirements-producer.lock requirements-build.lock ./
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
# What tests the dependencies, what compiles against them, what serves debuggers, and what of pyarrow nothing here asks for, stays
# out: other stores' file systems, encrypted files and Flight. So do the words of languages in which nothing here speaks: a
# catalogue (.po) that is added beside the others brings its language. Compiled is what is imported: the root of a container
# may be read-only, and each start would compile it anew.
RUN apt-get update && apt-get install --yes --no-install-recommends binutils
COPY deploy/warm.py ./
RUN cd /opt/learnloom/lib/python3.*/site-packages \
    && find . -type d \( -name tests -o -name test -o -name include -o -path ./sklearn/datasets/data -o -path ./sklearn/datasets/images \) \
        -prune -exec rm -r {} + \
    && find . -type f \( -name '*.a' -o -name '*.pxd' -o -name '*.pyx' -o -name '*.pyi' \) -delete \
    && find . -path './pyarrow/*.so*' -regextype egrep \
        -regex '.*(_flight|_encryption|_s3|_gcsfs|_azurefs|_hdfs|_orc|libarrow_python\.so$|\.so\.[0-9]+\.[0-9.]+$).*' -delete \
    && find . -name '*.so*' -not -path '*.libs/*' -exec strip --strip-unneeded {} + \
    && spoken="root|en$(find learnloom -name '*.po' -exec basename {} .po ';' | sort -u | sed 's/_.*//; s/^/|/' | tr -d '\n')" \
    && find . -path './babel/locale-data/*.dat' -regextype egrep -not -regex ".*/($spoken)(_[^/]*)?\.dat" -delete \
    && /opt/learnloom/bin/python /src/warm.py

# The base without what installs, what gives a caller rights that it has not, programs that serve an administrator, and
# tables of character sets that only the system's iconv reads. The number of the user is fixed, so that a volume that was
# written once can be written by every later image.
FROM ${PYTHON} AS root
RUN groupadd --gid 10001 learnloom \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /files --shell /usr/sbin/nologin learnloom \
    && find /usr/local/lib -type d \( -name ensurepip -o -name 'pip' -o -name 'pip-*' -o -name idlelib -o -name lib2to3 -o -name tkinter \
        -o -name turtledemo -o -name pydoc_data -o -name 'config-3*' \) -prune -exec rm -r {} + \
    && rm -rf /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/2to3* /usr/local/include \
    && find /usr/local/lib -name __pycache__ -prune -exec rm -r {} + \
    && find /usr/lib -type d -name gconv -prune -exec rm -r {} + \
    && purge="dpkg --purge --force-depends --force-remove-essential --force-remove-protected" \
    && $purge apt e2fsprogs gpgv libapt-pkg6.0 libext2fs2 login logsave mount passwd util-linux-extra \
    && $purge perl-base util-linux \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +

# In one layer: what was taken away takes no room, and stands in no layer below.
FROM scratch
ARG VERSION=0.2.0
LABEL org.opencontainers.image.title="learnloom" \
      org.opencontainers.image.description="From xAPI statements to every student's profile and feedback signals." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=root / /
COPY --from=build /opt/learnloom /opt/learnloom
RUN install --directory --owner=learnloom --group=learnloom /files /warehouse /prefect /backup /scratch /keys
# Of freed pieces of memory a thread keeps 8,000 of a size at hand, not 7: a small refresh takes a quarter less of a processor.
ENV PATH=/opt/learnloom/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    GLIBC_TUNABLES=glibc.malloc.tcache_count=8000 \
    LEARNLOOM_WAREHOUSE=/warehouse
USER 10001:10001
WORKDIR /files
# No HEALTHCHECK: most commands end by themselves; docker-compose.yml says how the health of each service shows.
ENTRYPOINT ["learnloom"]
CMD ["--help"]

"""Apache Kafka's own jars, from Maven, fetched once for all."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from servers.errors import NotHereError

KAFKA_VERSION = "4.1.0"
_JAVA = 17
_SLF4J = "1.7.36"
"""The last of the line that Kafka's slf4j-api belongs to."""
_FETCH_SECONDS = 600.0
_ASK_SECONDS = 30.0
_DEPENDENCIES = {
    "org.apache.kafka:kafka_2.13": KAFKA_VERSION,
    "org.apache.kafka:kafka-tools": KAFKA_VERSION,
    "org.slf4j:slf4j-simple": _SLF4J,
}


def find_java(environment: Mapping[str, str]) -> str:
    """Find a Java that can run Kafka: JAVA_HOME's, else the one on the PATH.

    Raises:
        NotHereError: There is none, or it is too old.
    """
    home = environment.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java", path=environment.get("PATH"))
    if java is None or not Path(java).exists():
        raise NotHereError(f"no java (Kafka {KAFKA_VERSION} needs Java {_JAVA} or newer)")
    told = subprocess.run(
        [java, "-version"], capture_output=True, text=True, check=False, timeout=_ASK_SECONDS
    ).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < _JAVA:
        first = (told.splitlines() or ["nothing"])[0]
        raise NotHereError(f"Kafka {KAFKA_VERSION} needs Java {_JAVA} or newer, and {java} says {first}")
    return java


def fetch_jars(environment: Mapping[str, str]) -> Path:
    """Give the folder of the jars; the first who asks fetches them, whoever asks meanwhile waits.

    Raises:
        NotHereError: They are not there, and Maven is not there or cannot fetch them.
    """
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "learnloom"
    jars = cache / f"kafka-{KAFKA_VERSION}"
    if not jars.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{jars}.lock", timeout=_FETCH_SECONDS):
            if not jars.exists():
                _fetch(jars, environment)
    return jars


def _fetch(jars: Path, environment: Mapping[str, str]) -> None:
    maven = shutil.which("mvn", path=environment.get("PATH"))
    if maven is None:
        raise NotHereError(f"no mvn to fetch Kafka {KAFKA_VERSION} with, and it is not in {jars} yet")
    with tempfile.TemporaryDirectory(dir=jars.parent) as name:
        folder = Path(name)
        (folder / "pom.xml").write_text(_pom(), encoding="utf-8")
        command = [maven, "--batch-mode", "--quiet", f"--file={folder / 'pom.xml'}"]
        try:
            done = subprocess.run(
                [*command, "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'jars'}"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_FETCH_SECONDS,
                env=dict(environment),
            )
        except subprocess.TimeoutExpired as error:
            raise NotHereError(f"mvn did not fetch Kafka in {_FETCH_SECONDS:g} s") from error
        if done.returncode:
            raise NotHereError(f"mvn cannot fetch Kafka {KAFKA_VERSION}: {done.stdout.strip()[:500]}")
        (folder / "jars").replace(jars)  # whole or not at all


def _pom() -> str:
    dependencies = "".join(
        f"<dependency><groupId>{name.partition(':')[0]}</groupId>"
        f"<artifactId>{name.partition(':')[2]}</artifactId><version>{version}</version></dependency>"
        for name, version in _DEPENDENCIES.items()
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>learnloom</groupId><artifactId>broker</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>"
    )

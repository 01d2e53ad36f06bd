"""Imports all that learnloom may import, so that Python compiles it while the image is built: see Dockerfile."""

import importlib
import pkgutil
from contextlib import suppress

import learnloom

_SERVERS = (
    "prefect.cli",
    "prefect.server.api.server",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.loops.uvloop",
)

for found in pkgutil.walk_packages(learnloom.__path__, "learnloom.", onerror=lambda _: None):
    if not found.name.endswith("__main__"):
        with suppress(ModuleNotFoundError):  # of an extra that this image has not
            importlib.import_module(found.name)
for name in _SERVERS:
    with suppress(ModuleNotFoundError):
        importlib.import_module(name)

"""Files below a folder or a prefix of an object store: listed, and copied from one to the other."""

from pathlib import Path
from typing import NamedTuple

from pyarrow.fs import FileSelector, FileSystem, FileType, LocalFileSystem, S3FileSystem, copy_files

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.object_store import SCHEME, ObjectStore

_PART = ".part"


class Files(NamedTuple):
    """Everything below one folder, or one prefix."""

    system: FileSystem
    root: str
    """Without a slash at its end."""

    def sizes(self) -> dict[str, int]:
        """Bytes of each file by its name below the root."""
        found = self.system.get_file_info(FileSelector(self.root, recursive=True, allow_not_found=True))
        return {each.path[len(self.root) + 1 :]: each.size for each in found if each.is_file}

    def below(self, name: str) -> "Files":
        """A folder of it."""
        return Files(self.system, f"{self.root}/{name}")

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return bool(self.system.get_file_info(f"{self.root}/{name}").type == FileType.File)

    def copy_from(self, source: "Files", name: str) -> None:
        """Copy a file of the same name. Where a store has broken off, what it leaves is of another size."""
        here = f"{self.root}/{name}"
        is_local = isinstance(self.system, LocalFileSystem)
        there = f"{here}{_PART}" if is_local else here
        if is_local:
            self.system.create_dir(here.rpartition("/")[0])
        copy_files(f"{source.root}/{name}", there, source.system, self.system, use_threads=False)
        if is_local:
            self.system.move(there, here)


def files_at(place: str | Path, access: S3) -> Files:
    """The files below a folder, or below s3://bucket/prefix of the store that the settings reach."""
    if isinstance(place, str) and place.startswith(SCHEME):
        return _on_store(ObjectStore(place, access))
    return Files(LocalFileSystem(), str(Path(place).resolve()))


def _on_store(store: ObjectStore) -> Files:
    access = store.access
    secrets = {
        "access_key": access.access_key_id,
        "secret_key": access.secret_access_key,
        "session_token": access.session_token,
    }
    options = {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}
    if access.ca_file is not None:
        options["tls_ca_file_path"] = str(access.ca_file)
    system = S3FileSystem(
        anonymous=access.access_key_id is None,
        region=access.region,
        endpoint_override=access.endpoint_url,
        force_virtual_addressing=store.url_style == "vhost",
        connect_timeout=access.timeout_seconds,
        request_timeout=access.timeout_seconds,
        **options,
    )
    return Files(system, store.root)

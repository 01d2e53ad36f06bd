"""How the object store that holds a warehouse's data is reached: a deployment's choices."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

AWS: Final = "aws"
"""Under this name `aws_variables` hands over what `with_aws_variables` takes up."""
_BUCKET: Final = r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]"
DATA_PATH: Final = re.compile(rf"s3://{_BUCKET}(/[\w.\-=]+)*/?")
"""DuckLake's DATA_PATH on an object store: a bucket as AWS names them, and a prefix that needs no escaping."""
_CREDENTIALS: Final = ("access_key_id", "secret_access_key", "session_token")
_AWS_NAMES: Final = {
    "endpoint_url": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "ca_file": ("AWS_CA_BUNDLE",),
    "access_key_id": ("AWS_ACCESS_KEY_ID",),
    "secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
}


class S3(BaseModel):
    """Under [s3] in learnloom.toml, or LEARNLOOM_S3__<NAME> in the environment; else AWS' own variables are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint_url: str | None = Field(
        default=None,
        pattern=r"^https?://[\w.\-]+(:\d+)?/?$",
        description="Address of the store, such as https://s3.school.example:9000; http:// is without TLS. None: "
        "that of AWS for the region. Else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.",
    )
    region: str = Field(
        default="us-east-1",
        pattern=r"^[\w\-]+$",
        description="Region of the bucket. Else AWS_REGION, AWS_DEFAULT_REGION.",
    )
    url_style: Literal["path", "vhost"] | None = Field(
        default=None,
        description="Where the bucket's name stands: in the path, or before the host. None: as AWS wants it there, "
        "in the path elsewhere.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="CA certificates (PEM) that verify the store. None: those of the machine. Else AWS_CA_BUNDLE.",
    )
    access_key_id: SecretStr | None = Field(
        default=None, description="Who asks. Else, together with its secret, AWS_ACCESS_KEY_ID."
    )
    secret_access_key: SecretStr | None = Field(
        default=None,
        description="Its secret; never shown. Set it in the environment, not in a file. Else AWS_SECRET_ACCESS_KEY.",
    )
    session_token: SecretStr | None = Field(
        default=None, description="Token of temporary credentials; never shown. Else AWS_SESSION_TOKEN."
    )
    timeout_seconds: int = Field(
        default=30, ge=1, le=3_600, description="How long the store may be silent within one request."
    )
    retries: int = Field(
        default=10,
        ge=0,
        le=100,
        description="How often a request is repeated where the store is busy or away.",
    )
    retry_wait_seconds: float = Field(
        default=0.5,
        ge=0.01,
        le=60,
        description="Pause before the first repetition; each further one is a fifth longer.",
    )

    @model_validator(mode="after")
    def _has_both_parts_of_a_key(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key belong together: set both, or neither")
        if self.session_token is not None and self.access_key_id is None:
            raise ValueError("session_token has no effect without access_key_id and secret_access_key")
        return self


def checked_data_path(data_path: str | None) -> str | None:
    """Give the prefix as DuckLake takes it, with a slash at its end; ValueError where it is none."""
    if not data_path:  # an empty variable is one that is not set
        return None
    if DATA_PATH.fullmatch(data_path) is None:
        raise ValueError(
            "write s3://BUCKET/PREFIX/, in letters, digits and . - _ =; a local folder is set as `warehouse`"
        )
    return f"{data_path.rstrip('/')}/"


def aws_variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """Read what AWS' own tools read from the environment, for `with_aws_variables`."""
    found = {
        name: next((environment[each] for each in variables if environment.get(each)), None)
        for name, variables in _AWS_NAMES.items()
    }
    return {AWS: {name: value for name, value in found.items() if value is not None}}


def with_aws_variables(given: Any) -> Any:
    """Fill in what the settings leave open with AWS' variables.

    Credentials are taken as a whole or not at all: a key of ours with a token of somebody else's would be refused.
    """
    if not isinstance(given, Mapping) or AWS not in given:
        return given
    kept = {name: value for name, value in given.items() if name != AWS}
    taken, told = dict(given[AWS]), kept.get("s3", {})
    if not taken or not isinstance(told, Mapping):
        return kept
    is_whole = {"access_key_id", "secret_access_key"} <= taken.keys()
    if not is_whole or any(told.get(name) is not None for name in _CREDENTIALS):
        taken = {name: value for name, value in taken.items() if name not in _CREDENTIALS}
    return {**kept, "s3": {**taken, **told}}

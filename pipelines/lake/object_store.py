"""The object store that holds a warehouse's data: how DuckDB reaches it, and what its answers mean."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.extensions import quoted

SCHEME: Final = "s3://"
RETRY_BACKOFF: Final = 1.2
"""Each pause is a fifth longer than the one before: ten of them are 13 s, while DuckDB's own factor 4 would make days.
Whoever is patient for longer waits outside of DuckDB, where a stop is heard (land/consume.py)."""

# What a store says where it will say the same again until somebody mends it, and what to do then.
_REFUSALS: Final = {
    "NoSuchBucket": "there is no such bucket: create it, or correct the bucket in LEARNLOOM_DATA_PATH",
    "InvalidAccessKeyId": "the store does not know the access key: correct LEARNLOOM_S3__ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret does not belong to the access key: correct LEARNLOOM_S3__SECRET_ACCESS_KEY",
    "RequestTimeTooSkewed": "the clock of this machine or of the store is wrong: set it by NTP",
    "ExpiredToken": "the temporary credentials have expired: fetch new ones and start again",
    "InvalidToken": "LEARNLOOM_S3__SESSION_TOKEN does not belong to the access key",
    "AuthorizationHeaderMalformed": "the bucket lies in another region: correct LEARNLOOM_S3__REGION",
    "PermanentRedirect": "the bucket is reached elsewhere: correct LEARNLOOM_S3__REGION or LEARNLOOM_S3__ENDPOINT_URL",
    "AccessDenied": "the access key may not do this: let it list, read, write and delete below LEARNLOOM_DATA_PATH",
    "Moved Permanently": "the bucket lies in another region: correct LEARNLOOM_S3__REGION",
    "HTTP code 403": "the store refuses: check access key, secret and rights",
    "HTTP 403": "the store refuses: check access key, secret and rights",
    "HTTP 404": "an object, or the bucket, is not there: `learnloom doctor` says which",
    "HTTP code 404": "an object, or the bucket, is not there: `learnloom doctor` says which",
}
_BUSY: Final = re.compile(
    r"returned http (408|425|429|5\d\d)|http code (408|425|429|5\d\d)| error for http \w+ to "
)
"""DuckDB's words for a store that is busy, out of order, silent or away; the last ones are curl's, after its own."""


class ObjectStore(NamedTuple):
    """A prefix on an object store, and how the store is reached."""

    data_path: str
    """s3://bucket/prefix/"""
    access: S3

    def at(self, data_path: str) -> "ObjectStore":
        """Another prefix on the same store."""
        return self._replace(data_path=f"{data_path.rstrip('/')}/")

    def prepare_sql(self, name: str) -> Iterator[str]:
        """Give the statements after which DuckDB reaches this prefix, and no other one, by these credentials.

        Args:
            name: of the secret.
        """
        access = self.access
        yield f"SET http_timeout={access.timeout_seconds}"
        yield f"SET http_retries={access.retries}"
        yield f"SET http_retry_wait_ms={round(access.retry_wait_seconds * 1000)}"
        yield f"SET http_retry_backoff={RETRY_BACKOFF}"
        yield "SET enable_server_cert_verification=true"
        if access.ca_file is not None:
            yield f"SET ca_cert_file={quoted(str(access.ca_file))}"
        parts = {"TYPE": "s3", "SCOPE": quoted(self.data_path), "REGION": quoted(access.region)}
        for part, secret in (
            ("KEY_ID", access.access_key_id),
            ("SECRET", access.secret_access_key),
            ("SESSION_TOKEN", access.session_token),
        ):
            if secret is not None:
                parts[part] = quoted(secret.get_secret_value())
        if access.endpoint_url is not None:
            address = urlsplit(access.endpoint_url)
            parts |= {"ENDPOINT": quoted(address.netloc), "USE_SSL": str(address.scheme == "https").lower()}
        parts["URL_STYLE"] = quoted(self._url_style)
        yield f"CREATE OR REPLACE SECRET {name} ({', '.join(f'{part} {value}' for part, value in parts.items())})"

    @property
    def _url_style(self) -> str:
        return self.access.url_style or ("vhost" if self.access.endpoint_url is None else "path")

    def scrubbed(self, text: str) -> str:
        """Take the credentials out of a message."""
        for secret in (self.access.access_key_id, self.access.secret_access_key, self.access.session_token):
            if isinstance(secret, SecretStr) and secret.get_secret_value():
                text = text.replace(secret.get_secret_value(), "…")
        return text


def is_busy(text: str) -> bool:
    """Whether DuckDB says that an object store cannot do something now, which may pass."""
    return _BUSY.search(text.lower()) is not None


def refusal(text: str) -> str | None:
    """What is to be mended where an object store refuses; None where it does not."""
    return next((advice for sign, advice in _REFUSALS.items() if sign in text), None)

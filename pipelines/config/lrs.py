"""What the learning record store takes in, from whom, and how much: a deployment's choices."""

import ipaddress
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LrsBounds(BaseModel):
    """Under [lrs] in learnloom.toml, or LEARNLOOM_LRS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=False,
        description="Whether `learnloom serve` runs the store, too: `learnloom lrs` runs it alone.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that it listens on where `learnloom serve` runs it.",
    )
    port: int = Field(
        default=8080, ge=1, le=65_535, description="Port that it listens on where `learnloom serve` runs it."
    )
    log: Literal["journal", "kafka"] | None = Field(
        default=None,
        description="What statements land from: the store's own journal, or Kafka, whose brokers have them before they "
        "are answered. None: Kafka where `kafka_bootstrap_servers` is set.",
    )
    topic: str = Field(
        default="learnloom.lrs",
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        description="Kafka topic of statements that come over HTTP; it is made where it is missing.",
    )
    max_body_bytes: int = Field(
        default=50 * 1_048_576,
        ge=65_536,
        le=1_073_741_824,
        description="Longest body of a request, in bytes, with attachments; longer ones are refused as they come.",
    )
    max_document_bytes: int = Field(
        default=5 * 1_048_576,
        ge=1_024,
        le=1_073_741_824,
        description="Longest document of state or a profile, in bytes.",
    )
    max_batch_statements: int = Field(
        default=50_000,
        ge=1,
        le=1_000_000,
        description="Statements in the body of one request, at the most.",
    )
    max_page_bytes: int = Field(
        default=16 * 1_048_576,
        ge=65_536,
        le=1_073_741_824,
        description="Bytes of statements in one answer: as soon as they are reached, the rest is behind `more`.",
    )
    max_bytes_in_hand: int = Field(
        default=256 * 1_048_576,
        ge=1_048_576,
        description="Bytes of all bodies that are held at once, of requests until they are answered, of answers until "
        "they are read; above it, requests are answered with 503.",
    )
    max_streams: int = Field(
        default=100,
        ge=0,
        le=10_000,
        description="Listeners to /xapi/statements/stream at once; above it, 503.",
    )
    stream_seconds: float = Field(
        default=30.0,
        gt=0,
        le=600,
        description="How long a listener may leave unread what it is sent; then it is dropped. "
        "The longest silence towards it is half of that.",
    )
    max_waiting: int = Field(
        default=5_000_000,
        ge=1,
        le=1_000_000_000,
        description="Largest number of entries of the journal that wait to be landed from it; above it, "
        "statements are answered with 503.",
    )
    max_connections: int = Field(
        default=2_000,
        ge=10,
        le=1_000_000,
        description="Connections that are open at once; above it, the one that has been idle longest is closed.",
    )
    header_seconds: float = Field(
        default=10.0, gt=0, le=600, description="How long the headers of a request may take to arrive."
    )
    body_seconds: float = Field(
        default=60.0, gt=0, le=3_600, description="How long the body of a request may take to arrive."
    )
    idle_seconds: int = Field(
        default=75, ge=1, le=3_600, description="How long a connection stays open between two requests."
    )
    statements_per_second: float | None = Field(
        default=None,
        gt=0,
        description="Statements that a key may send, on average over ten seconds; above it, 429. None: any number.",
    )
    bytes_per_second: float | None = Field(
        default=None,
        gt=0,
        description="Bytes that a key may send, on average over ten seconds; above it, 429. None: any number.",
    )
    failures_per_minute: int = Field(
        default=60,
        ge=0,
        description="Wrong keys and tokens that an address is told about; above it, 429. 0: any number.",
    )
    audit: Literal["file", "stdout", "none"] = Field(
        default="file",
        description="Where a line for each request goes: lrs/audit.jsonl in the warehouse's folder, kept in 10 files "
        "of 16 MiB; the standard output; or nowhere.",
    )
    certificate_file: Path | None = Field(
        default=None, description="Certificate and its chain (PEM), for TLS without a proxy."
    )
    key_file: Path | None = Field(default=None, description="Private key (PEM) of the certificate.")
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    token_issuer: str | None = Field(
        default=None,
        description="Issuer (OpenID Connect) whose bearer tokens are accepted: exactly what stands in their `iss`.",
    )
    token_audience: str | None = Field(
        default=None,
        min_length=1,
        description="What has to stand in the `aud` of a token. Needed with token_issuer.",
    )
    token_scope_prefix: str = Field(
        default="xapi:",
        max_length=100,
        description="With what the issuer's names of scopes begin: xapi:statements/write. Without one, the scope "
        "profile of OpenID Connect would be that of xAPI.",
    )
    token_leeway_seconds: int = Field(
        default=30, ge=0, le=600, description="How far the issuer's clock may be from this one."
    )
    token_keys_seconds: float = Field(
        default=3_600.0,
        ge=1,
        le=86_400,
        description="After how long the issuer's keys are fetched anew; an unknown key is asked for at once.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            ipaddress.ip_network(one)  # says what is wrong with it
        return given

    @field_validator("token_issuer")
    @classmethod
    def _can_be_trusted(cls, given: str | None) -> str | None:
        if given is None:
            return None
        address = urlsplit(given)
        is_near = address.scheme == "http" and address.hostname in _LOOPBACK
        if not address.hostname or not (address.scheme == "https" or is_near):
            raise ValueError(
                f"{given} is no address https://…: whoever can change what it answers lets anybody in"
            )
        return given

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file go together: set both, or none")
        if (self.token_issuer is None) != (self.token_audience is None):
            raise ValueError("token_issuer and token_audience go together: set both, or none")
        return self

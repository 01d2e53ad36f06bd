"""How people log in to the pages, and where from: a deployment's choices."""

import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_safe_address(address: str) -> bool:
    """Whether an address is https://…, or http:// on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_near = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or is_near)


def _checked_address(given: str) -> str:
    if not is_safe_address(given):
        raise ValueError(f"{given} is no address https://…: whoever changes what it answers lets anybody in")
    return given


Address = Annotated[str, AfterValidator(_checked_address)]
Match = Annotated[str, Field(pattern=r"^(sub|email|username|custom:[A-Za-z0-9_]{1,100})$")]
_MATCH: Final = (
    "By what people are known in statements: sub; email; username (of the school's directory, where the platform sends "
    "it); or custom:NAME, a custom parameter of the tool."
)
_HOME_PAGE: Final = "Home page of the accounts in statements, which the name follows. Needed but with email."


class Matching(BaseModel):
    """How a login becomes an identifier in statements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: Match = Field(default="sub", description=_MATCH)
    home_page: str | None = Field(default=None, min_length=3, max_length=1_000, description=_HOME_PAGE)

    @model_validator(mode="after")
    def _names_accounts(self) -> Self:
        if self.match != "email" and self.home_page is None:
            raise ValueError(
                f"home_page is needed with match = {self.match}: accounts are named by it and a name"
            )
        return self


def _checked_course(given: str) -> str:
    for name in _FIELD.findall(given):
        if name not in ("context", "label") and re.fullmatch(r"custom:[A-Za-z0-9_]{1,100}", name) is None:
            raise ValueError(
                f"{{{name}}} is nothing of a launch: use {{context}}, {{label}} or {{custom:NAME}}"
            )
    if given and ":" not in _FIELD.sub("x", given).strip(":"):
        raise ValueError(f"{given} gives no IRI: write it like https://lms.school.example/course/{{context}}")
    return given


CourseTemplate = Annotated[str, Field(max_length=1_000), AfterValidator(_checked_course)]
DeploymentId = Annotated[str, Field(min_length=1, max_length=255)]


class Invitation(Matching):
    """What is said of a platform that is to register itself."""

    course_id: CourseTemplate = ""
    deployment_ids: tuple[DeploymentId, ...] = ()
    custom: dict[str, str] = Field(default_factory=dict)
    """Custom parameters that the platform is asked for."""


class Platform(Matching):
    """One of [[login.platforms]]: a learning platform that launches by LTI 1.3."""

    issuer: Address = Field(description="What stands in the `iss` of its launches.")
    client_id: str = Field(min_length=1, max_length=500, description="What it calls this tool.")
    deployment_ids: tuple[DeploymentId, ...] = Field(
        default=(), description="Deployments that may launch; others are refused."
    )
    login_address: Address = Field(description="Its address for authentication requests.")
    token_address: Address | None = Field(
        default=None, description="Its address for access tokens. Needed for lists of members."
    )
    keys_address: Address = Field(description="Its public key set.")
    course_id: CourseTemplate = Field(
        default="",
        description="How a course of the platform is named in statements: {context}, {label} or {custom:NAME} in it "
        "stand for the id or label of the launch's context, or a custom parameter. Empty: teachers see the courses of "
        "rosters only.",
    )


class SchoolLogin(Matching):
    """[login.school]: the school's login, by OpenID Connect."""

    issuer: Address = Field(description="The provider, exactly as its discovery document names it.")
    client_id: str = Field(min_length=1, max_length=500, description="What it calls this application.")
    client_secret: SecretStr | None = Field(
        default=None, description="Its secret, where the provider gives one. Set it in the environment."
    )
    scopes: str = Field(
        default="openid profile email", pattern=r"^openid\b", description="What is asked for."
    )
    name: str = Field(
        default="", max_length=100, description="What stands on the button. Empty: the provider's host."
    )


class LoginBounds(BaseModel):
    """Under [login] in learnloom.toml, or LEARNLOOM_LOGIN__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Address | None = Field(
        default=None,
        description="Where browsers reach the pages: https://learnloom.school.example. Needed for a login.",
    )
    platforms: tuple[Platform, ...] = Field(
        default=(),
        description="Learning platforms that launch by LTI 1.3, beside those that register themselves.",
    )
    school: SchoolLogin | None = Field(default=None, description="The school's login (OpenID Connect).")
    leads: tuple[Annotated[str, Field(min_length=3, max_length=2_000)], ...] = Field(
        default=(),
        max_length=1_000,
        description="Who sees aggregates of the school: identifiers as `learnloom people list` shows them, or logins "
        "as `learnloom roster unmatched` shows them.",
    )
    operators: tuple[Annotated[str, Field(min_length=3, max_length=2_000)], ...] = Field(
        default=(),
        max_length=1_000,
        description="Who sees whether everything works, and no persons; named likewise.",
    )
    administrators_are: Literal["lead", "nobody"] = Field(
        default="lead",
        description="What administrators of a platform are who launch from it: lead (aggregates), or refused.",
    )
    idle_minutes: int = Field(
        default=60, ge=5, le=1_440, description="After how long without a request a session ends."
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="After how long a session ends in any case."
    )
    roster_seconds: int = Field(
        default=300,
        ge=10,
        le=3_600,
        description="After how long a session asks the roster again what its reader may see. Pages ask at once after "
        "a roster has changed.",
    )
    leeway_seconds: int = Field(
        default=60,
        ge=0,
        le=600,
        description="How far clocks of platforms and providers may be from this one.",
    )
    max_sessions: int = Field(
        default=100_000, ge=10, description="Sessions at once; above it, the one idle longest ends."
    )

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if self.address is None and (self.platforms or self.school is not None):
            raise ValueError("address is needed where there is a login: platforms send people back to it")
        named = [(each.issuer, each.client_id) for each in self.platforms]
        if twice := next((name for name in named if named.count(name) > 1), None):
            raise ValueError(f"two platforms have issuer {twice[0]} and client_id {twice[1]}: leave one")
        return self

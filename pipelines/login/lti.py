"""Logging in by a launch of LTI 1.3 (1EdTech Security Framework 1.0, 5.1.1): the platform begins, and answers once."""

from urllib.parse import urlencode

from starlette.responses import Response

from learnloom.pipelines.login.door import LoginDoor
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.launch import read_launch
from learnloom.pipelines.login.platforms import Platforms
from learnloom.pipelines.login.received import Received, path_on
from learnloom.pipelines.login.store import MemberList
from learnloom.pipelines.lrs.issuer import IssuerError
from learnloom.pipelines.lrs.signed import TokenError, check_claims, read_unverified, verified

KIND = "lti"
BEGIN_PATH = "/lti/login"
LAUNCH_PATH = "/lti/launch"
_BEGINNING = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id")


class Lti:
    """May be used from many threads."""

    def __init__(self, door: LoginDoor, platforms: Platforms) -> None:
        """Take what logins end with, and the platforms."""
        self._door = door
        self._platforms = platforms

    def begin(self, received: Received) -> Response:
        """Send the browser to the platform, which says who it is.

        Raises:
            LoginRefusedError: the platform is not known, or something is missing.
        """
        platform = self._platforms.find(received.value("iss"), received.values.get("client_id"))
        target = received.value("target_link_uri")
        if path_on(target, self._door.address) is None:
            raise LoginRefusedError(
                "target_link_uri", f"this launch leads to {target[:200]!r}, which is not here"
            )
        retry = {name: received.values[name] for name in _BEGINNING if name in received.values}
        document = {"issuer": platform.issuer, "client_id": platform.client_id, "retry": retry}
        state, nonce, answer = self._door.began(KIND, received, document)
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": f"{self._door.address}{LAUNCH_PATH}",
            "login_hint": received.value("login_hint"),
            "state": state,
            "nonce": nonce,
        }
        if hint := received.values.get("lti_message_hint"):
            asked["lti_message_hint"] = hint
        joint = "&" if "?" in platform.login_address else "?"
        answer.headers["location"] = f"{platform.login_address}{joint}{urlencode(asked)}"
        return answer

    def launch(self, received: Received) -> Response:
        """Let in whom the platform names.

        Raises:
            LoginRefusedError: something of it is wrong: the check that failed is named.
        """
        begun = self._door.ended(KIND, received)
        if trouble := received.values.get("error"):
            told = received.values.get("error_description") or trouble
            raise LoginRefusedError("platform", f"your platform has not let you in: {told[:200]}")
        platform = self._platforms.find(begun.document["issuer"], begun.document["client_id"])
        try:
            header, claims = read_unverified(received.value("id_token"))
            if claims.get("iss") != platform.issuer:
                raise LoginRefusedError(
                    "issuer", f"this launch is of {claims.get('iss')!r}; {platform.issuer!r} was asked"
                )
            claims = verified(received.value("id_token"), header, self._platforms.keys(platform))
            check_claims(
                claims,
                issuer=platform.issuer,
                audience=platform.client_id,
                now=self._door.store.moment() // 1_000,
                leeway=self._door.leeway_seconds,
            )
        except TokenError as error:
            raise LoginRefusedError(error.check, f"the launch's token is refused: {error}") from error
        except IssuerError as error:
            raise LoginRefusedError("keys", f"launches cannot be checked now: {error}", status=503) from error
        launch = read_launch(claims, platform, begun.nonce)
        answer = self._door.let_in(launch.identity, received, launch.target)
        if launch.list_address is not None and launch.course_id is not None:
            self._door.store.note_list(
                MemberList(launch.list_address, platform.issuer, platform.client_id, launch.course_id)
            )
        return answer

"""Pseudonyms at the door: what comes in is kept under them, and what is asked by an identifier is found by its own."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from learnloom.pipelines.ingest.land.pseudonymised import refused_pseudonymised
from learnloom.pipelines.lrs.filters import json_agent
from learnloom.pipelines.lrs.message import Call
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.record import Judge

_AGENT: Final = "agent"


class Hiding:
    """What the store does about names: nothing, or pseudonyms."""

    def __init__(self, pseudonyms: Pseudonyms | None) -> None:
        """Keep what comes under `pseudonyms`; None: as it comes."""
        self._pseudonyms = pseudonyms

    @property
    def is_on(self) -> bool:
        """Whether names are left out."""
        return self._pseudonyms is not None

    def agent(self, agent: dict[str, Any]) -> dict[str, Any]:
        """Give an agent as it is kept."""
        return agent if self._pseudonyms is None else self._pseudonyms.agent(agent)

    def statement(self, statement: dict[str, Any]) -> dict[str, Any]:
        """Give a valid statement as it is kept."""
        return statement if self._pseudonyms is None else self._pseudonyms.statement(statement)

    def call(self, call: Call) -> Call:
        """Give a call whose parameter `agent` is the agent as it is kept.

        Raises:
            RefusedError: 400, it cannot be read.
        """
        if self._pseudonyms is None or _AGENT not in call.parameters:
            return call
        agent = orjson.dumps(self.agent(json_agent(call.parameters[_AGENT]))).decode()
        return call.having(parameters={**call.parameters, _AGENT: agent})

    def refused(self, raws: Sequence[bytes], judge: Judge) -> list[bytes]:
        """Give of refused records those that can be kept without names."""
        if self._pseudonyms is None:
            return list(raws)
        hidden = (refused_pseudonymised(raw, self._pseudonyms, judge) for raw in raws)
        return [raw for raw in hidden if raw is not None]

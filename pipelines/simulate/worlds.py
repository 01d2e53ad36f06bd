"""The worlds by their names."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from learnloom.pipelines.simulate.config import SimulationConfig, WorldName
from learnloom.pipelines.simulate.gradual import GradualWorld
from learnloom.pipelines.simulate.sudden import SuddenWorld
from learnloom.pipelines.simulate.world import World

_WORLDS: Final[Mapping[WorldName, Callable[[SimulationConfig], World]]] = MappingProxyType(
    {"gradual": GradualWorld, "sudden": SuddenWorld}
)


def world_of(config: SimulationConfig) -> World:
    """The world in which a class is simulated."""
    return _WORLDS[config.world](config)

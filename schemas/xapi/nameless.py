"""A fault without what breaks the rule: for whoever may know of faults, and not of people."""

from learnloom.schemas.record import Fault
from learnloom.schemas.xapi.rules import RULES


def nameless(fault: Fault, *, keeps_path: bool = True) -> Fault:
    """Give a fault that says which rule is broken, and nothing of what breaks it.

    Args:
        fault: as it was found.
        keeps_path: whether the place may be told: names of properties that are unknown stand in it.
    """
    path = fault.path if keeps_path else ""
    rule = RULES.get(fault.rule)
    told = f"{rule.meaning}; {rule.fix}." if rule is not None else "it was refused."
    return Fault(fault.rule, path, "", f"{path or 'The record'} breaks the rule {fault.rule}: {told}")

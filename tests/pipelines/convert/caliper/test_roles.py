"""Whether a Caliper event is a teacher's, by the roles of its membership."""

from typing import Any

import pytest

from learnloom.pipelines.convert.caliper.envelopes import Caliper
from tests.pipelines.convert.caliper.test_envelopes import event
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, ignored

FORMAT = Caliper(OPTIONS)
_LIS = "http://purl.imsglobal.org/vocab/lis/v2/"


@pytest.mark.parametrize(
    ("roles", "is_staff"),
    [
        (["Instructor"], True),
        (["Instructor#PrimaryInstructor"], True),
        (["Administrator#SystemAdministrator"], True),
        (["Manager#Observer"], True),
        ([f"{_LIS}membership#Instructor"], True),
        ([f"{_LIS}membership/Instructor#Lecturer"], True),
        ([f"{_LIS}institution/person#Administrator"], True),
        (["Learner#Instructor"], False),
        (["Learner#NonCreditLearner"], False),
        ([f"{_LIS}membership/Learner#Instructor"], False),
        (["Instructor#TeachingAssistant", "Learner"], False),
        (["Member"], False),
        ([7, None], False),
    ],
)
def test_a_role_is_what_stands_before_its_sub_role(roles: list[Any], is_staff: bool) -> None:
    """Staff of any kind are no students; a learner who helps to teach is one."""
    record = event("ViewEvent", "Viewed", f"{SCHOOL}/p", membership={"roles": roles})
    assert ignored(FORMAT, record) == ("by staff" if is_staff else None)

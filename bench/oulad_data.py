"""The Open University's data (OULAD) as this product's tables, so that its own SELECTs reckon how students stand."""

from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.followed import Followed
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.reference.tables import make_empty_tables
from learnloom.pipelines.refresh.risk import PROGRESS, read_followed

HERE: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "oulad"
GROUPINGS: Final = ("gender", "age_band", "disability", "highest_education", "imd_band")
_FILES: Final = ("courses", "assessments", "studentAssessment", "studentInfo", "studentRegistration")
# Days are counted from the first of a presentation: B begins in February, J in October.
_FIRST_DAY: Final = """
    CREATE MACRO moment(presentation, day) AS
        (left(presentation, 4) || if(right(presentation, 1) = 'B', '-02-01', '-10-01'))::TIMESTAMPTZ
        + to_hours(24 * day::INTEGER)
"""
_TABLES: Final = {
    "run.refresh_state": """
        SELECT TIMESTAMPTZ '2016-01-01' AS as_of, 'UTC' AS time_zone, 30 AS session_gap_minutes,
            0 AS staged_snapshot, '' AS rules_digest, TIMESTAMPTZ '2016-01-01' AS refreshed_at, 0 AS n_students
    """,
    "dimensional.dim_course_run": """
        SELECT code_module || ' ' || code_presentation AS course_id, moment(code_presentation, 0) AS begins_at,
            moment(code_presentation, module_presentation_length) AS ends_at
        FROM courses
    """,
    "dimensional.fact_assignment": """
        SELECT code_module || ' ' || code_presentation AS course_id, moment(code_presentation, 0) AS begins_at,
            id_assessment::VARCHAR AS activity_id, moment(code_presentation, date + 1) AS due_at, weight
        FROM assessments
        WHERE date IS NOT NULL AND assessment_type <> 'Exam'
    """,
    "dimensional.fact_statement": """
        SELECT id_student::VARCHAR AS student_key, uuid() AS statement_id, id_assessment::VARCHAR AS activity_id,
            moment(code_presentation, date_submitted) + INTERVAL 12 HOUR AS occurred_at,
            'http://adlnet.gov/expapi/verbs/scored' AS verb_id, FALSE AS is_own_act, FALSE AS is_completion,
            score / 100 AS score
        FROM studentAssessment
        INNER JOIN assessments USING (id_assessment)
    """,
    "dimensional.fact_enrolment": """
        SELECT id_student::VARCHAR AS student_key, code_module || ' ' || code_presentation AS course_id,
            moment(code_presentation, coalesce(date_registration, 0)) AS registered_at, registered_at AS enrolled_at,
            CASE WHEN final_result = 'Withdrawn'
                THEN moment(code_presentation, coalesce(date_unregistration, module_presentation_length))
            END AS unregistered_at,
            CASE WHEN final_result IN ('Pass', 'Distinction')
                THEN moment(code_presentation, module_presentation_length)
            END AS passed_at,
            CASE WHEN final_result = 'Fail' THEN moment(code_presentation, module_presentation_length)
            END AS failed_at, 0 AS n_statements
        FROM studentInfo
        INNER JOIN studentRegistration USING (code_module, code_presentation, id_student)
        INNER JOIN courses USING (code_module, code_presentation)
    """,
}


class Oulad:
    """The data set, read."""

    def __init__(self, folder: Path, *, one_of: int = 1) -> None:
        """Read the files in `folder`; `one_of` 3 takes every third student."""
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("SET TimeZone='UTC'")
        relations = load_relations()
        make_empty_tables(self._connection, relations)
        for name in _FILES:
            self._connection.execute(
                f"CREATE TABLE {name} AS FROM read_csv('{folder / name}.csv.gz', nullstr='')"
            )
        for name in ("studentInfo", "studentAssessment"):
            self._connection.execute(f"DELETE FROM {name} WHERE id_student % {one_of} <> 0")
        self._connection.execute(_FIRST_DAY)
        for name, select in _TABLES.items():
            self._connection.execute(f"INSERT INTO {name} BY NAME {select}")
        progress = next(each for each in relations if each.name == "fact_course_progress")
        self._connection.execute(f"INSERT INTO {progress.full_name} BY NAME {progress.sql}")

    def progress(self) -> pa.Table:
        """How all students stood at the end of each week while they were enrolled."""
        return self._connection.execute(
            f"{PROGRESS} ORDER BY course_id, student_key, cutoff_at"
        ).to_arrow_table()

    def followed(self) -> tuple[Followed, NDArray[np.int64], NDArray[np.bool_]]:
        """All students at the end of each week, which week of the course it is, and whether the run is of 2014."""
        followed = read_followed(lambda query: self._connection.execute(query).to_arrow_table())
        told = self._connection.execute(
            f"""
            SELECT date_diff('day', begins_at, cutoff_at) // 7 AS week, contains(course_id, '2014') AS is_next
            FROM ({PROGRESS} WHERE has_passed IS NOT NULL) ORDER BY student_key, course_id, cutoff_at
            """
        ).fetchnumpy()
        return followed, told["week"], told["is_next"]

    def groups(self, grouping: str) -> dict[str, str]:
        """Group by student; of a student in two courses the first in order; an unknown one is left out."""
        return dict(
            self._connection.execute(
                f"SELECT id_student::VARCHAR, min({grouping}) FROM studentInfo "
                f"WHERE {grouping} IS NOT NULL GROUP BY ALL"
            ).fetchall()
        )

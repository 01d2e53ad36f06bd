"""Questions' own lines between training and the tables: what was fitted is read again, and older versions have none."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.lines import no_lines
from learnloom.pipelines.learner.orders import Orders
from learnloom.pipelines.refresh.answers import read_answers
from learnloom.pipelines.refresh.model_tables import item_table, read_model
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import differences, refreshed, tables

pytestmark = pytest.mark.slow


@pytest.fixture
def warehouse(refreshed_class: RefreshedClass) -> Warehouse:
    """A warehouse of a class, refreshed."""
    return Warehouse(refreshed_class(students=12).folder)


def test_what_was_fitted_is_read_again(warehouse: Warehouse) -> None:
    """The lines of a version in the tables are to the last bit those that its answers give."""
    with warehouse:
        kept = read_model(warehouse.arrow)
        answers = read_answers(warehouse.arrow, known_items=kept.items, known_skills=kept.skills)
        fitted = fit_parameters(answers.history, n_items=len(kept.items), n_skills=len(kept.skills))
        found = kept.model.parameters.lines
        assert len(found.item) == len(kept.items) > 0
        assert np.abs(found.item[:, 1:]).max() > 0.0
        for name in ("item", "skill", "common"):
            np.testing.assert_array_equal(getattr(found, name), getattr(fitted.lines, name))


def test_orders_are_read_again(warehouse: Warehouse) -> None:
    """Pairs of questions and their shifts, of which some questions have several and others none, are those written."""
    orders = Orders(np.array([0, 0, 3]), np.array([2, 5, 0]), np.array([0.25, -1.5, 1 / 3]))
    with warehouse:
        kept = read_model(warehouse.arrow)
        written = item_table(1, kept.items, replace(kept.model.parameters, orders=orders))

        def read(select: str) -> pa.Table:
            return written if "item_parameter" in select else warehouse.arrow(select)

        found = read_model(read).model.parameters.orders
        for name in ("item", "before", "shift"):
            np.testing.assert_array_equal(getattr(found, name), getattr(orders, name))


@pytest.mark.long
def test_a_version_from_before_there_were_lines_tells_what_it_told(warehouse: Warehouse) -> None:
    """Where an earlier learnloom kept no lines there are none, nothing told is another, and a new version has them."""
    with warehouse:
        before = tables(warehouse)
        for name in ("item_parameter", "skill_parameter"):
            warehouse.run(f"ALTER TABLE {LAKE}.estimates.{name} DROP COLUMN line")
        for column in ("after_ids", "after_shifts"):
            warehouse.run(f"ALTER TABLE {LAKE}.estimates.item_parameter DROP COLUMN {column}")
        lines = read_model(warehouse.arrow).model.parameters.lines
        assert not len(read_model(warehouse.arrow).model.parameters.orders.item)
        assert (len(lines.item), lines.common.tolist()) == (0, no_lines().common.tolist())
        refreshed(warehouse, full=True)
        assert warehouse.one("SELECT count(line) FROM estimates.item_parameter") == (0,)
        changed = differences(before, tables(warehouse))
        assert changed.keys() <= {"estimates.item_parameter", "estimates.skill_parameter"}
        refreshed(warehouse, refit=True)
        counts = "count(line) FILTER (model_version = 1), count(line) FILTER (model_version = 2) > 0"
        assert warehouse.one(f"SELECT {counts} FROM estimates.item_parameter") == (0, True)

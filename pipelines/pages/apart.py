"""What pages take from the vault: names, and to whom nothing is told; kept in memory alone."""

from collections.abc import Callable
from datetime import datetime

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.vault.names import names_of, too_young
from learnloom.pipelines.vault.opening import has_vault


def lay_over(settings: Settings, model: CopyCursor, now: Callable[[], datetime]) -> None:
    """Lay `student` with the names of the vault over that of the read model, and say in `untold` who is too young.

    Args:
        settings: a school's choices.
        model: the read model, which was just opened.
        now: gives the present moment.

    Raises:
        VaultError: there is a rule of age and a vault, and it cannot be read; without the rule only names are missing.
    """
    model.run("CREATE TABLE main.untold (student_key VARCHAR)")
    if not has_vault(settings):
        return
    keys = [row[0] for row in model.pairs("SELECT student_key, NULL FROM copy.student")]
    with open_to_read(settings) as warehouse:
        names = names_of(settings, warehouse, keys)
        young = too_young(settings, warehouse, now().year)
    model.run(
        "CREATE TABLE main.student AS SELECT student.* REPLACE (coalesce(named.name, student_name) AS student_name) "
        "FROM copy.student LEFT JOIN (SELECT unnest($keys) AS student_key, unnest($names) AS name) AS named "
        "ON student.student_key = named.student_key ORDER BY student.student_key",
        {"keys": list(names), "names": list(names.values())},
    )
    model.run("INSERT INTO main.untold SELECT unnest($young::VARCHAR[])", {"young": sorted(young)})

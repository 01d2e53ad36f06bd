"""OneRoster packages become enrolments and scores, and of a person nothing but the sourcedId is read."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.convert.format import Options, OptionsError
from learnloom.pipelines.convert.inputs import content_digest, find_inputs
from learnloom.pipelines.convert.oneroster import OneRoster
from learnloom.pipelines.convert.oneroster_package import staff_ids
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.schemas.vocabulary import DUE_AT, REGISTERED, SCORED, UNREGISTERED
from tests.pipelines.convert.format_contract import converted, holds

HOME = "https://sis.school.example"
OPTIONS = Options(home_page=HOME, time_zone="Europe/Berlin")
PACKAGE = {
    "manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate\n"
    "t1,active,,Autumn,term,2026-09-01,2026-12-18\n",
    "classes": "sourcedId,status,dateLastModified,title,courseSourcedId,schoolSourcedId,termSourcedIds\n"
    "c1,active,,Maths 7b,k1,o1,t1\n",
    "users": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email\n"
    "s1,active,,true,o1,student,mila,Mila,L,mila@school.example\n"
    "w1,active,,true,o1,teacher,ruth,Ruth,T,ruth@school.example\n"
    "w2,tobedeleted,,true,o1,teacher,ron,Ron,T,ron@school.example\n"
    "w3,active,,true,o1,aide,rea,Rea,T,rea@school.example\n",
    "demographics": "sourcedId,birthDate,sex\ns1,2013-01-01,female\n",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate\n"
    "e1,active,,c1,o1,s1,student,,2026-09-02,2026-12-18\n"
    "e2,active,,c1,o1,s2,student,,,2026-10-30\n"
    "e3,tobedeleted,2026-09-20T08:00:00Z,c1,o1,s3,student,,2026-09-02,\n"
    "e4,active,,c1,o1,w1,teacher,true,,\n"
    "e5,active,,,o1,s4,student,,,\n",
    "lineItems": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
    "categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax\n"
    "l1,active,,Essay,,2026-09-01,2026-09-30,c1,k,g,0,20\n",
    "results": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,"
    "comment\n"
    "r1,active,,l1,s1,fully graded,15,2026-10-02,Well done Mila\n"
    "r2,active,,l1,s2,not submitted,,2026-10-02,\n"
    "r3,active,,l9,s1,fully graded,15,2026-10-02,\n"
    "r4,active,,l1,s3,fully graded,25,2026-10-02,\n",
}


def _folder(path: Path, package: dict[str, str] = PACKAGE) -> Path:
    path.mkdir()
    for name, text in package.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def _archive(package: dict[str, str] = PACKAGE) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in package.items():
            archive.writestr(f"export/{name}.csv", text)
    return made.getvalue()


def _by_object(given: bytes | Path) -> list[tuple[str, str, str, Any]]:
    return [
        (
            each["actor"]["account"]["name"],
            each["verb"]["id"],
            each["object"]["id"].removeprefix(f"{HOME}/"),
            each.get("timestamp"),
        )
        for each in converted(OneRoster, OPTIONS, given).values()
    ]


def test_it_keeps_the_contract_as_a_folder_and_as_an_archive(tmp_path: Path) -> None:
    """Folder and archive give the same statements under the same ids."""
    folder = _folder(tmp_path / "package")
    holds(OneRoster, OPTIONS, folder)
    holds(OneRoster, OPTIONS, _archive())
    assert converted(OneRoster, OPTIONS, folder) == converted(OneRoster, OPTIONS, _archive())


def test_enrolments_and_results_become_statements(tmp_path: Path) -> None:
    """Students are registered from the first day; who leaves early is unregistered; work has a due day."""
    assert _by_object(_folder(tmp_path / "package")) == [
        ("s1", REGISTERED, "classes/c1", "2026-09-02T00:00:00+02:00"),
        ("s2", REGISTERED, "classes/c1", "2026-09-01T00:00:00+02:00"),
        ("s2", UNREGISTERED, "classes/c1", "2026-10-30T00:00:00+01:00"),
        ("s3", REGISTERED, "classes/c1", "2026-09-02T00:00:00+02:00"),
        ("s3", UNREGISTERED, "classes/c1", "2026-09-20T08:00:00+00:00"),
        ("s1", SCORED, "lineItems/l1", "2026-10-02T00:00:00+02:00"),
        ("s3", SCORED, "lineItems/l1", "2026-10-02T00:00:00+02:00"),
    ]
    *_, good, more = converted(OneRoster, OPTIONS, _archive()).values()
    assert good["result"]["score"] == {"raw": 15, "min": 0, "max": 20}
    assert more["result"]["score"] == {"raw": 25, "scaled": 1}
    assert good["object"]["definition"]["extensions"] == {DUE_AT: "2026-09-30T00:00:00+02:00"}
    assert good["context"]["contextActivities"]["grouping"][0]["definition"]["name"] == {"und": "Maths 7b"}


def test_what_is_deleted_or_not_so_any_more_is_withdrawn() -> None:
    """A result that is deleted or exempt says which score stands no more; who does not leave has not left."""
    results = (
        PACKAGE["results"].replace("r1,active", "r1,tobedeleted").replace("s3,fully graded", "s3,exempt")
    )
    made = OneRoster(OPTIONS)
    records = made.read(io.BytesIO(_archive({**PACKAGE, "results": results})))
    found = [made.convert(record) for record in records if not record.raw.startswith((b"e5", b"r3"))]
    assert {each.key: list(each.withdrawn) for each in found if each.withdrawn} == {
        "enrollment e1": ["left"],
        "result r1": ["score"],
        "result r2": ["score"],
        "result r4": ["score"],
    }


@pytest.mark.parametrize("name", ["demographics", "users", "roles", "orgs"])
def test_what_is_not_needed_of_persons_is_never_opened(tmp_path: Path, name: str) -> None:
    """A package whose file of that name cannot be opened is read, and known again, all the same."""
    folder = _folder(tmp_path / "package", {key: text for key, text in PACKAGE.items() if key != name})
    (folder / f"{name}.csv").mkdir()
    holds(OneRoster, OPTIONS, folder)
    made = OneRoster(OPTIONS)
    assert content_digest(folder, made)
    (found,) = find_inputs([tmp_path], made)[0]
    assert found.path == folder


def test_no_statement_holds_more_of_a_person_than_the_id(tmp_path: Path) -> None:
    """Names, addresses and comments do not come."""
    told = str(converted(OneRoster, OPTIONS, _folder(tmp_path / "package")))
    assert not any(word in told for word in ("Mila", "Ruth", "@", "Well done", "female"))


def test_staff_are_told_by_their_roles(tmp_path: Path) -> None:
    """Teachers and aides of users.csv, roles.csv and enrolments, each once; who is deleted is none any more."""
    roles = "sourcedId,status,dateLastModified,userSourcedId,roleType,role\nx,active,,w9,primary,principal\n"
    assert list(staff_ids(_folder(tmp_path / "package", {**PACKAGE, "roles": roles}))) == ["w9", "w1", "w3"]
    assert list(staff_ids(io.BytesIO(_archive({**PACKAGE, "users": "sourcedId\ns1\n"})))) == ["w1"]


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    """The error says what is given and what to give."""
    with pytest.raises(InputError, match="no ZIP archive"):
        list(OneRoster(OPTIONS).read(io.BytesIO(b"sourcedId\n")))
    with pytest.raises(InputError, match="neither enrollments"):
        list(OneRoster(OPTIONS).read(io.BytesIO(_archive({"users": "sourcedId\n"}))))
    with pytest.raises(InputError, match="has no column userSourcedId"):
        list(
            OneRoster(OPTIONS).read(io.BytesIO(_archive({"enrollments": "sourcedId,role,classSourcedId\n"})))
        )
    with pytest.raises(OptionsError, match="--home-page"):
        OneRoster(Options())

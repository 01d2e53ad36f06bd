"""Connection strings mean what they mean to libpq."""

import ssl

import pytest

from learnloom.pipelines.lrs.conninfo import ConnectionStringError, arguments, parameters


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:se%40cret@db.example:6000/school?sslmode=disable",
        "host=db.example port=6000 user=me password=se@cret dbname=school sslmode=disable",
        r"host = db.example port='6000' user=me password='se@cret' dbname=school sslmode=disable",
    ],
)
def test_both_forms_are_read(text: str) -> None:
    """A URI and key=value pairs, with their quoting, give the same connection."""
    found = arguments(parameters(text))
    assert (found["host"], found["user"], parameters(text)["port"]) == ("db.example", "me", "6000")
    assert (found["password"], found["database"], found["ssl_context"]) == ("se@cret", "school", False)


def test_what_is_left_out_is_as_libpq_has_it() -> None:
    """The database is called like the user, and TLS is used where the server has it."""
    found = arguments(parameters("postgresql://me@db.example"))
    assert (found["database"], found["ssl_context"]) == ("me", None)
    assert arguments(parameters("user=me host=/run/postgresql"))["ssl_context"] is False
    quoted = parameters(r"user=me dbname='it\'s \\'")
    assert quoted["dbname"] == "it's \\"


def test_the_server_is_verified_where_that_is_asked_for() -> None:
    """verify-full holds the server's certificate to its name, require only encrypts."""
    strict, lax = (
        arguments(parameters(f"postgresql://me@db/x?sslmode={mode}"))["ssl_context"]
        for mode in ("verify-full", "require")
    )
    assert (strict.check_hostname, strict.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert (lax.check_hostname, lax.verify_mode) == (False, ssl.CERT_NONE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("postgresql://me:hunter2@db/x?target_session_attrs=any", "target_session_attrs"),
        ("postgresql://db/x", "no user"),
        ("postgresql://me:hunter2@db:port/x", "is no postgresql://"),
        ("hunter2", "neither"),
        ("host=a,b user=me password=hunter2", "several hosts"),
        ("user=me password=hunter2 sslmode=maybe", "sslmode"),
    ],
)
def test_what_is_not_understood_is_named_without_values(text: str, message: str) -> None:
    """The error says which part is wrong, and shows no password."""
    with pytest.raises(ConnectionStringError, match=message) as error:
        parameters(text)
    assert "hunter2" not in str(error.value)

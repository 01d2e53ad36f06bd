"""Identifiers, times, durations, tags: what is right and what is not."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from learnloom.schemas.xapi import atoms

RIGHT: dict[str, list[Any]] = {
    "Iri": [
        "http://adlnet.gov/expapi/verbs/answered",
        "course-v1:FUN-MOOC+00002+session01",
        "uuid://7d4f3c70-1e79-4243-9b7d-166076ce8bfb",
        "urn:isbn:9783161484100",
        "http://example.com/فعل/خواندن",
        "https://[2001:db8::1]:8080/a?b=c/?d#e/?f",
        "https://user@example.org/%C3%A9",
        "tag:example.org,2024:x",
        "mailto:a@example.org",
    ],
    "OpenId": ["https://person.openid.example.org/", "http://example.org/a%20b?c#d"],
    "Mbox": [
        "mailto:a@example.org",
        "mailto:o'neil+x@localhost",
        "mailto:jörg@bücher.example",
        "mailto:a@[::1]",
    ],
    "MboxSha1Sum": ["EBD31e95054c018b10727ccffd2ef2ec3a016ee9"],
    "Uuid": ["6690e6c9-3ef0-4ed3-8b37-7f3964730bee", "12345678-1234-5678-1234-567812345678"],
    "Timestamp": [
        "2013-05-18T05:32:34Z",
        "2013-05-18T05:32:34",
        "2016-02-29T23:59:59.123456789+05:30",
        "2000-02-29T00:00:00-00:30",
        "2013-05-18T05:32:34+0000",
        "2013-05-18T05:32:34-08",
        "2016-12-31T23:59:60Z",
        "2031-11-23T12:23:41.092Z",
        *("2013-05-18T05:32Z", "2013-05-18T05:32", "2013-05-18T05:32+02", "2013-05-18T05:32:34,5Z"),
    ],
    "StrictTimestamp": [
        *("2013-05-18T05:32:34.804Z", "2013-05-18T05:32:34+00:00", "2013-05-18T05:32:34-08:00"),
        *("2008-09-15 15:53:00.601+00:00", "2013-05-18t05:32:34z", "2023-05-04T12:00-05:00"),
    ],
    "Duration": ["PT0S", "P3Y1M29DT4H35M59.14S", "P4W", "P0.5Y", "PT16559.14S", "PT1,5H", "P1DT1M", "PT36H"],
    "LanguageTag": [
        *("en", "en-US", "zh-Hant-TW", "sr-Latn-RS", "tlh", "und", "zh-cmn-Hans", "de-CH-1996", "x-klingon"),
        *("sl-rozaj-biske", "en-a-bbb-x-a-ccc", "i-klingon", "es-419", "EN-us", "art-lojban", "sgn-BE-FR"),
    ],
    "Number": [0, -1.5, 3, 1e308],
}
WRONG: dict[str, list[Any]] = {
    "Iri": [
        *(
            "",
            "voided",
            "/verbs/read",
            "http:",
            "ab=c://should.fail.com",
            "1a:b",
            ":b",
            "http://a b",
            "a:b\n",
        ),
        *(
            "http://example.org/<x>",
            "http://example.org/100%",
            "http://example.org/a[1]",
            "a:b#c#d",
            "a:\u00a0",
            5,
        ),
    ],
    "OpenId": ["person", "http://example.org/é", "http://a b", "http://example.org/%2"],
    "Mbox": [
        *(
            "a@example.org",
            "mailto:a",
            "mailto:@example.org",
            "mailto:a@",
            "mailto: a@example.org",
            "mailto:a@b@c",
        ),
        *(
            "MAILTO:a@example.org",
            "mailto:a@example..org",
            "mailto:a@example.org?subject=x",
            "mailto:a@b\n",
            None,
        ),
    ],
    "MboxSha1Sum": ["ebd31e95", "g" * 40, "a" * 41, ""],
    "Uuid": ["", "6690e6c93ef04ed38b377f3964730bee", "urn:uuid:6690e6c9-3ef0-4ed3-8b37-7f3964730bee", 1],
    "Timestamp": [
        *("2013-05-18", "2013-05-18T05Z", "2013-05-18 05:32:34Z", "2013-05-18T24:00:00Z", "should fail"),
        *("2013-02-29T05:32:34Z", "1900-02-29T00:00:00Z", "2013-04-31T05:32:34Z", "2013-00-01T05:32:34Z"),
        *("2008-09-15T15:53:00.601-00", "2008-09-15T15:53:00.601-0000", "2008-09-15T15:53:00.601-00:00"),
        *(
            "2013-05-18T05:60:34Z",
            "2013-05-18T05:60Z",
            "2013-05-18T05:32.5Z",
            "2013-05-18T0532Z",
            "2013-W20-6T05:32:34Z",
            "2013-05-18T05:32:60Z",
            "2013-05-18T05:32:34.Z",
            "2013-05-18T05:32:34+24:00",
        ),
        *(
            "01/011/2015",
            1368855154,
            "2013-05-18T05:32:34Z\n",
            "٢٠١٣-05-18T05:32:34Z",
            "2013-05-18T05:32:34z",
        ),
    ],
    "StrictTimestamp": [
        *(
            "2013-05-18T05:32:34",
            "2013-05-18T05:32:34+0000",
            "2013-05-18T05:32:34-08",
            "2013-05-18T05:32:34-00:00",
        ),
        *("2013-05-18T05:32", "2013-05-18T05:32:34,5Z", "2013-05-18_05:32:34Z", "2013-05-18  05:32:34Z"),
    ],
    "Duration": [
        *(
            "P",
            "PT",
            "P1DT",
            "10:00",
            "P4W1D",
            "PT1.5H30M",
            "-PT1S",
            "PA1H0M0S",
            "P16559.14S",
            "pt1s",
            "PT1S ",
        ),
        *("P0003-06-04T12:30:05", "PT1S1M", "", 12345),
    ],
    "LanguageTag": [
        *(
            "",
            "en_US",
            "something",
            "a12345678",
            "s-something",
            "en-something-AU",
            "e",
            "en-",
            "-en",
            "en-US ",
            "1",
        ),
        *("zh-z-aaa-z-bbb-c-ccc", "en-a", "x", None),
    ],
    "Number": [True, "1", None, float("inf"), float("nan")],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, group in RIGHT.items() for value in group]
)
def test_right_value_is_accepted(name: str, value: Any) -> None:
    """A value that the specification allows is accepted as it is."""
    assert TypeAdapter(getattr(atoms, name)).validator.isinstance_python(value, strict=True)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, group in WRONG.items() for value in group]
)
def test_wrong_value_is_refused(name: str, value: Any) -> None:
    """A value that the specification does not allow is refused."""
    assert not TypeAdapter(getattr(atoms, name)).validator.isinstance_python(value, strict=True)


@pytest.mark.parametrize("name", [name for name in RIGHT if name != "Number"])
def test_long_text_ends_soon(name: str) -> None:
    """A megabyte made to provoke backtracking is judged: a pattern that backtracks would not end."""
    adapter = TypeAdapter(getattr(atoms, name)).validator
    for start in ("http://", "mailto:a@", "en-a-", "P1", "2013-05-18T05:32:34."):
        for filling in ("a" * 1_000_000, "1" * 1_000_000, "a." * 500_000, "-ab" * 300_000):
            assert not adapter.isinstance_python(start + filling + "\n", strict=True)

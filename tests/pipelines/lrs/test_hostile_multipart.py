"""Bodies in parts that are not built as RFC 2046 says."""

import pytest

from tests.pipelines.lrs.serving import Client

_MULTIPART = "multipart/mixed; boundary=b"
_PART = b"--b\r\nContent-Type: application/json\r\n\r\n[]\r\n"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed", _PART + b"--b--"),
        ("multipart/mixed; boundary=", _PART + b"--b--"),
        ("multipart/mixed; boundary=" + "b" * 1_000, _PART),
        ("multipart/mixed; boundary=\xff\xfe", _PART),
        (_MULTIPART, b""),
        (_MULTIPART, b"--b"),
        (_MULTIPART, b"--b--"),
        (_MULTIPART, _PART),
        (_MULTIPART, b"--b\r\n" * 5_000 + b"--b--"),
        (_MULTIPART, b"--b\r\n" + b"a: b\r\n" * 20_000 + b"\r\n[]\r\n--b--"),
        (_MULTIPART, b"--b\r\nContent-Type: application/json\r\n[]\r\n--b--"),
        (_MULTIPART, b"--b\r\n\xff\x00\r\n\r\n[]\r\n--b--"),
        (_MULTIPART, _PART + b"--b\r\nX-Experience-API-Hash: " + b"0" * 70_000 + b"\r\n\r\nx\r\n--b--"),
        (_MULTIPART, _PART + b"--b\r\n\r\n" + b"\r\n--c" * 30_000 + b"\r\n--b--"),
        ("multipart/form-data; boundary=b", _PART + b"--b--"),
    ],
)
def test_wrong_multipart_is_refused(client: Client, content_type: str, body: bytes) -> None:
    """A body that is not built as RFC 2046 says is answered with 400 and a reason."""
    headers = {"Content-Type": content_type.encode("latin-1")}
    answer = client("POST", "/statements", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]

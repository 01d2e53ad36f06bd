"""Settings of the object store, and AWS' variables beside them."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import SettingsError, read_settings

_KEYS = {
    "AWS_ACCESS_KEY_ID": "of-aws",
    "AWS_SECRET_ACCESS_KEY": "hush-aws",
    "AWS_SESSION_TOKEN": "hush-token",
}


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        *_KEYS,
        "AWS_CA_BUNDLE",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ):
        monkeypatch.delenv(name, raising=False)


def test_variables_of_aws_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings say nothing, AWS' variables are taken, the more special ones first."""
    told = {
        **_KEYS,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://a:1",
    }
    for name, value in {**told, "AWS_ENDPOINT_URL_S3": "https://b:2"}.items():
        monkeypatch.setenv(name, value)
    s3 = read_settings().s3
    assert (s3.region, s3.endpoint_url) == ("eu-central-1", "https://b:2")
    secrets = (s3.access_key_id, s3.secret_access_key, s3.session_token)
    assert [secret.get_secret_value() for secret in secrets if secret] == list(_KEYS.values())
    assert "hush" not in f"{s3!r}"


def test_our_settings_come_first_and_keys_are_not_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of ours goes without AWS' token, whether it stands in the environment or in the file."""
    Path("learnloom.toml").write_text('[s3]\naccess_key_id = "ours"\nsecret_access_key = "hush"\n')
    for name, value in {**_KEYS, "AWS_REGION": "eu-west-1", "LEARNLOOM_S3__REGION": "eu-north-1"}.items():
        monkeypatch.setenv(name, value)
    s3 = read_settings().s3
    assert s3.region == "eu-north-1"
    assert s3.access_key_id is not None
    assert (s3.access_key_id.get_secret_value(), s3.session_token) == ("ours", None)


def test_half_a_key_of_aws_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that are not meant for us stop nobody who has no data on a store."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-aws")
    assert read_settings().s3.access_key_id is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('data_path = "s3://School/data"', "write s3://BUCKET/PREFIX/"),
        ('data_path = "/srv/data"', "a local folder is set as `warehouse`"),
        ('data_path = "s3://school/a*b/"', "write s3://BUCKET/PREFIX/"),
        ('[s3]\nendpoint_url = "s3.school.example"', "s3.endpoint_url = 's3.school.example'"),
        ('[s3]\nsecret_access_key = "hush-4711"', "belong together"),
        ("[s3]\nsecret_access_key = 4711_4711", "s3.secret_access_key: "),
        ('[s3]\nsession_token = "hush-4711"', "has no effect without"),
    ],
)
def test_what_cannot_be_used_is_told_without_secrets(line: str, said: str) -> None:
    """The error names setting and reason."""
    Path("learnloom.toml").write_text(f"{line}\n")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert said in str(caught.value)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "read"),
    [("s3://school", "s3://school/"), ("s3://school/a/b=1/", "s3://school/a/b=1/"), ("", None)],
)
def test_a_data_path_ends_with_a_slash(given: str, read: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As DuckLake has it; an empty variable is none."""
    monkeypatch.setenv("LEARNLOOM_DATA_PATH", given)
    assert read_settings().data_path == read

"""Settings as an operator gives them: by the environment or a ``.env`` file, right, wrong or left out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.settings import BadSettings, Settings, load
from tests.channels.registry import HARNESSES

KEY = "a key ring of one for tests"
CHANNELS = [harness.given for harness in HARNESSES]
GIVEN: dict[str, tuple[str, Any]] = {
    "DATABASE_URL": ("postgresql+asyncpg://u:pass-word@db.example/counter", ...),
    "HOST": ("0.0.0.0", ...),  # noqa: S104 (only read)
    "PORT": ("9000", 9000),
    "PUBLIC_URL": ("https://counter.example.gr/", "https://counter.example.gr"),
    "SECRET_KEY": (
        "the newest key is first , the oldest key is last",
        ("the newest key is first", "the oldest key is last"),
    ),
    "REGISTRIES_URL": ("https://state.example", ...),
    "REGISTRIES_CLIENT_ID": ("counter", ...),
    "REGISTRIES_CLIENT_SECRET": ("registries-secret", ...),
    "REGISTRY_EVENTS_SECRET": ("events-secret", ...),
    "REGISTRY_EVENTS_SECRET_PERMITS": ("whsec_cGVybWl0cw==", ...),
    "REGISTRY_EVENTS_SECRET_EFKA": ("whsec_ZWZrYQ==", ...),
    "REGISTRY_EVENTS_SECRET_CADASTRE": ("whsec_Y2FkYXN0cmU=", ...),
    "REGISTRY_EVENTS_SECRET_CIVIL_PROTECTION": ("whsec_Y2l2aWw=", ...),
    "REGISTRY_EVENTS_SECRET_KEP": ("whsec_a2Vw", ...),
    "LOGIN_URL": ("https://login.example", ...),
    "LOGIN_CLIENT_ID": ("counter-login", ...),
    "LOGIN_CLIENT_SECRET": ("login-secret", ...),
    "FILES_URL": ("file:///srv/counter/files", ...),
    "FILES_ENDPOINT": ("https://objects.example.gr/", "https://objects.example.gr"),
    "FILES_REGION": ("eu-south-1", "eu-south-1"),
    "FILES_KEY_ID": ("counter", "counter"),
    "FILES_SECRET": ("files-secret", ...),
    "SEAL_KEY": ("/srv/seal-secret.pem", ...),
    "SEAL_CERT": (__file__, ...),
    "SEAL_CHAIN": (__file__, ...),
    "TSA_URL": ("http://stamps.example/tsa", ...),
    "QR_KEY": (__file__, ...),
    "QR_CERT": (__file__, ...),
    "TRUSTED_PROXIES": ("10.0.0.0/8, 2001:db8::1", ...),
    "SCANNER_URL": ("unix:///run/clamav/clamd.ctl", ...),
    "MODEL_PATH": ("/srv/model.tar.gz", ...),
    "BUDGET_MESSAGES_PER_MINUTE": ("5", 5),
    "BUDGET_MESSAGES_PER_DAY": ("50", 50),
    "WORKER_PORT": ("9001", 9001),
    "FEED_SECONDS": ("5", 5.0),
    "NOTICES_DEFAULT": ("off", "off"),
    "NOTICES_QUIET": ("off", "off"),
    "NOTICES_GATHER_MINUTES": ("10", 10.0),
    "CASE_CHECK_DAYS": ("3", 3.0),
    "BROADCAST_OPERATORS": ("maria:c2FsdA:aGFzaA", ...),
    "BROADCAST_BATCH": ("500", 500),
    "RECONCILE_HOURS": ("6", 6.0),
    "RECONCILE_PAUSE_SECONDS": ("0.5", 0.5),
    "STAFF_HOURS": ("always", ...),
    "PG_DUMP": ("/usr/lib/postgresql/16/bin/pg_dump", ...),
    "STAFF_DEMO": ("on", "on"),
}
for _channel in CHANNELS:
    GIVEN |= _channel.read
SECRETS = [name for name in GIVEN if name.endswith(("TOKEN", "SECRET"))]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, in a folder without a ``.env``."""
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in {"SECRET_KEY": KEY, **values}.items():
        monkeypatch.setenv(name, value)


def shown(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(shown(item) for item in value)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def fault() -> str:
    """What is said of settings that are wrong."""
    with pytest.raises(BadSettings) as caught:
        load()
    return str(caught.value)


@pytest.mark.parametrize("name", GIVEN)
def test_every_setting_is_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    given_, expected = GIVEN[name]
    put(monkeypatch, **{name: given_})
    assert shown(getattr(load(), name.lower())) == (given_ if expected is ... else expected)


def test_every_setting_is_in_the_table() -> None:
    assert {name.lower() for name in GIVEN} == set(Settings.model_fields)


def test_of_all_only_the_key_ring_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault() == "SECRET_KEY: is not set"
    put(monkeypatch)
    found = load()
    assert (found.database_url, found.host, found.port) == ("sqlite+aiosqlite:///data/counter.db", "127.0.0.1", 8080)
    assert (found.viber_api_url, found.twilio_api_url) == ("https://chatapi.viber.com/pa", "https://api.twilio.com")
    assert found.model_path == "models/counter.tar.gz"


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
@pytest.mark.parametrize("name", GIVEN)
def test_blank_is_unset(monkeypatch: pytest.MonkeyPatch, name: str, blank: str) -> None:
    put(monkeypatch)
    unset = Settings.model_fields[name.lower()].default
    monkeypatch.setenv(name, blank)
    if name == "SECRET_KEY":
        assert fault() == "SECRET_KEY: is not set"
    else:
        assert getattr(load(), name.lower()) == unset


@pytest.mark.parametrize("name", ["VIBER_AUTH_TOKEN", "PORT", "TWILIO_FROM", "LOGIN_URL"])
def test_blanks_around_a_value_are_not_part_of_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, **{name: f" {GIVEN[name][0]}\n"})
    expected = GIVEN[name][1]
    assert shown(getattr(load(), name.lower())) == (GIVEN[name][0] if expected is ... else expected)


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f'SECRET_KEY="{KEY}"\nPORT=9000\nVIBER_SENDER_NAME=Πολίτης\nTWILIO_FROM=\n', "utf-8")
    monkeypatch.setenv("PORT", "9001")
    found = load()
    assert (found.secrets(), found.port, found.viber_sender_name, found.twilio_from) == ([KEY], 9001, "Πολίτης", None)


def test_a_dotenv_file_in_another_encoding_is_named() -> None:
    Path(".env").write_bytes("VIBER_SENDER_NAME=Πολίτης".encode("iso-8859-7"))
    assert fault() == ".env: is not UTF-8"


def test_a_bucket_needs_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, FILES_URL="s3://counter-files/documents", FILES_KEY_ID="counter")
    assert fault() == "FILES_URL: needs FILES_KEY_ID and FILES_SECRET for a bucket"
    put(monkeypatch, FILES_SECRET="files-secret")
    assert load().files_url == "s3://counter-files/documents"


BAD = (
    ("FILES_URL", "s3://hidden-word/files"),
    ("FILES_URL", "/srv/hidden-word"),
    ("FILES_URL", "file:///"),
    ("FILES_URL", "s3:///hidden-word"),
    ("FILES_ENDPOINT", "http://hidden-word"),
    ("SEAL_CERT", "/hidden-word.pem"),
    ("QR_KEY", "hidden-word" * 100),
    ("TSA_URL", "ftp://hidden-word"),
    ("TSA_URL", "http://[hidden-word"),
    ("TRUSTED_PROXIES", "10.0.0.0/8,hidden-word"),
    ("SCANNER_URL", "http://hidden-word:3310"),
    ("SCANNER_URL", "unix://"),
    ("SCANNER_URL", "tcp://host:hidden-word"),
    ("SCANNER_URL", "tcp://hidden-word"),
    ("DATABASE_URL", "mysql://root:hidden-word@db/x"),
    ("DATABASE_URL", "hidden-word"),
    ("DATABASE_URL", "postgresql://u:hidden-word@db/x"),
    ("DATABASE_URL", "postgresql+asyncpg://u:p@db:hidden-word/x"),
    ("DATABASE_URL", "sqlite+aiosqlite://"),
    ("DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
    ("PORT", "hidden-word"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "80.5"),
    ("PUBLIC_URL", "hidden-word.example"),
    ("PUBLIC_URL", "ftp://hidden-word.example"),
    ("PUBLIC_URL", "http://hidden-word.example"),
    ("REGISTRIES_URL", "http://10.0.0.7/hidden-word"),
    ("LOGIN_URL", "http://127.0.0.1.hidden-word.example"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https:///hidden-word"),
    ("PUBLIC_URL", "https://[hidden-word"),
    ("PUBLIC_URL", "https://x.example:hidden-word"),
    ("PUBLIC_URL", "https://x.example/?token=hidden-word"),
    ("PUBLIC_URL", "https://x.example/#hidden-word"),
    ("PUBLIC_URL", "https://x.example/?"),
    ("PUBLIC_URL", "https://u:hidden-word@x.example"),
    ("PUBLIC_URL", "https://x.example/hidden word"),
    ("SECRET_KEY", "hidden-word"),
    ("SECRET_KEY", "hihihihihihihihihihihihihi"),
    ("SECRET_KEY", ","),
    ("SECRET_KEY", "a long enough secret,hidden-word"),
    ("REGISTRIES_URL", "hidden-word"),
    ("LOGIN_URL", "hidden-word"),
    ("WORKER_PORT", "hidden-word"),
    ("FEED_SECONDS", "0"),
    *(bad for channel in CHANNELS for bad in channel.bad),
)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    put(monkeypatch, **{name: value})
    told = fault()
    assert told.startswith(f"{name}: ")
    assert "\n" not in told
    assert "hidden" not in told


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, PORT="many", PUBLIC_URL="nowhere", SECRET_KEY="short")
    assert [line.split(":")[0] for line in fault().splitlines()] == ["PORT", "PUBLIC_URL", "SECRET_KEY"]


def test_a_key_that_seals_needs_what_belongs_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    assert load().is_sample
    put(monkeypatch, SEAL_KEY="/srv/hidden.pem", SEAL_CERT=__file__)
    with pytest.raises(BadSettings, match=r"^SEAL_KEY: needs SEAL_CHAIN, TSA_URL beside it$"):
        _ = load().is_sample
    put(monkeypatch, SEAL_CHAIN=__file__, TSA_URL="https://stamps.example")
    assert not load().is_sample


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example sets the same name anew
@given(name=st.sampled_from(sorted(GIVEN)), value=st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_whatever_is_set_is_read_or_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    put(monkeypatch, **{name: f"{value}~§hidden"})
    told = _told()
    assert not told or told.startswith(f"{name}: ")
    assert "hidden" not in told
    monkeypatch.delenv(name)


def _told() -> str:
    """What is said of these settings, if anything."""
    try:
        load()
    except BadSettings as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("part", "names"),
    [
        *((harness.name, list(names)) for harness in HARNESSES for names in harness.given.enough),
        ("registries", ["REGISTRIES_URL", "REGISTRIES_CLIENT_ID", "REGISTRIES_CLIENT_SECRET"]),
        ("login", ["LOGIN_URL", "LOGIN_CLIENT_ID", "LOGIN_CLIENT_SECRET"]),
    ],
)
def test_a_part_is_on_when_all_it_needs_is_set(monkeypatch: pytest.MonkeyPatch, part: str, names: list[str]) -> None:
    put(monkeypatch)
    for number, name in enumerate(names):
        missing = load().missing_for(part)
        assert len(missing) == len(names) - number
        assert any(name in what for what in missing)
        monkeypatch.setenv(name, GIVEN[name][0])
    assert load().missing_for(part) == ()


def test_secrets_do_not_show_and_are_all_known_to_the_scrubber(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **{name: GIVEN[name][0] for name in (*SECRETS, "SECRET_KEY", "DATABASE_URL")})
    found = load()
    told = {*(GIVEN[name][0] for name in SECRETS), "the newest key is first", "the oldest key is last", "pass-word"}
    assert set(found.all_secrets()) == told
    assert not [secret for secret in told if secret in f"{found!r} {found}"]


def test_several_event_secrets_are_read_newest_first_and_all_of_them_scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, REGISTRY_EVENTS_SECRET=" whsec_bmV3 , whsec_b2xk,")
    found = load()
    assert found.event_secrets() == ["whsec_bmV3", "whsec_b2xk"]
    assert {"whsec_bmV3", "whsec_b2xk"} <= set(found.all_secrets())


def test_an_event_secret_that_is_none_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, REGISTRY_EVENTS_SECRET="whsec_bmV3,whsec_!")
    assert fault() == "REGISTRY_EVENTS_SECRET: an event secret is whsec_ and base64"

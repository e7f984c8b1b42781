"""endpoints.toml: found, read, and refused with what to change; a key is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize.endpoints import Endpoint, load
from localize.errors import InputError

KEY = "sk-a-key-that-nobody-may-see-0123456789"
PLAIN = 'base_url = "https://api.example.com/v1"\nmodel = "m"\n'


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LOCALIZE_ENDPOINTS", raising=False)
    monkeypatch.setattr("platformdirs.user_config_path", lambda _: tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "endpoints.toml"


def refused(name: str, beside: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(name, beside).key()
    assert caught.value.next_step
    assert KEY not in str(caught.value)
    return str(caught.value)


# Where it is found


def test_the_variable_comes_before_the_manifests_folder_and_that_before_the_users(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, model in ((tmp_path / "home", "users"), (tmp_path / "series", "manifests"), (tmp_path / "mine", "own")):
        path.mkdir()
        (path / "endpoints.toml").write_text(f'[a]\nbase_url = "http://localhost:8080/v1"\nmodel = "{model}"\n')
    assert load("a").model == "users"
    assert load("a", tmp_path).model == "users"
    assert load("a", tmp_path / "series").model == "manifests"
    monkeypatch.setenv("LOCALIZE_ENDPOINTS", str(tmp_path / "mine" / "endpoints.toml"))
    assert load("a", tmp_path / "series").model == "own"


def test_no_file_says_which_to_write(tmp_path: Path) -> None:
    path = tmp_path / "home" / "endpoints.toml"
    assert refused("deepseek", tmp_path) == (
        f"llm:deepseek is not configured: there is no {path}; "
        "next: write it: [deepseek] with base_url, model, and key_env where a key is needed"
    )


def test_a_name_that_is_not_there_is_answered_with_those_that_are(file: Path, tmp_path: Path) -> None:
    file.write_text(f"[one]\n{PLAIN}[two]\n{PLAIN}")
    assert f"{file} has no endpoint [three], only one, two" in refused("three", tmp_path)


# What stands in it


def test_an_endpoint_has_sensible_limits_and_no_prices_unless_it_says_otherwise(file: Path, tmp_path: Path) -> None:
    file.write_text(f"[a]\n{PLAIN}")
    endpoint = load("a", tmp_path)
    assert (endpoint.concurrency, endpoint.requests_per_minute, endpoint.priced) == (2, None, False)
    assert (endpoint.url, endpoint.host) == ("https://api.example.com/v1/chat/completions", "api.example.com")
    assert (endpoint.key(), endpoint.file) == (None, file)


def test_an_address_with_the_rest_of_it_pasted_is_understood() -> None:
    endpoint = Endpoint(name="a", base_url="http://localhost:8080/v1/chat/completions", model="m")
    assert endpoint.url == "http://localhost:8080/v1/chat/completions"


def test_prices_are_per_million_tokens() -> None:
    endpoint = Endpoint(
        name="a", base_url="http://localhost/v1", model="m", input_per_million=2, output_per_million=8, currency="CNY"
    )
    assert endpoint.cost(500_000, 250_000) == 3.0


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (PLAIN + "colour = 1", "[a] has an unknown key 'colour'"),
        (PLAIN + 'name = "b"', "[a] has an unknown key 'name'"),
        ('model = "m"', "[a] base_url is missing"),
        (PLAIN + "concurrency = 0", "[a] concurrency Input should be greater than or equal to 1"),
        (PLAIN + "timeout_s = nan", "[a] timeout_s Input should be"),
        (PLAIN + "input_per_million = 2", "[a] input_per_million, output_per_million and currency go together"),
        (PLAIN + 'key_env = "A"\nkey_file = "b"', "[a] key_env and key_file are both there; keep one"),
        ('base_url = "api.example.com/v1"\nmodel = "m"', "[a] base_url is not an http or https address"),
        ('base_url = "http://localhost:port/v1"\nmodel = "m"', "[a] base_url is not an http or https address"),
        (f'base_url = "https://{KEY}@api.example.com/v1"\nmodel = "m"', "[a] base_url holds more than an address"),
        (f'base_url = "https://api.example.com/v1?key={KEY}"\nmodel = "m"', "[a] base_url holds more than an address"),
        (f'{PLAIN}api_key = "{KEY}"', "[a] api_key: keys do not belong into this file"),
        (f'{PLAIN}key_env = "{KEY}"', "[a] key_env is not the name of a variable, in capitals"),
        (f'{PLAIN}key_env = "sk_live_51H"', "[a] key_env is not the name of a variable, in capitals"),
        (f'{PLAIN}key_file = "{KEY}"', "the key_file of [a] cannot be read: No such file or directory"),
        (f'{PLAIN}key_file = "~nobody-here/key"', "the key_file of [a] names no user's home"),
        (f'{PLAIN}key_file = "a\\u0000b"', "the key_file of [a] cannot be read: no file name"),
        ("base_url =", "Invalid value"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(file: Path, tmp_path: Path, table: str, complaint: str) -> None:
    file.write_text(f"[a]\n{table}\n")
    said = refused("a", tmp_path)
    assert complaint in said
    assert str(file) in said


def test_a_file_that_is_no_utf8_or_cannot_be_read_is_said(file: Path, tmp_path: Path) -> None:
    file.write_bytes("# 中文\n".encode("gbk"))
    assert refused("a", tmp_path) == f"{file} is not UTF-8; next: save {file} as UTF-8"
    file.unlink()
    file.mkdir()
    assert f"{file} cannot be read" in refused("a", tmp_path)


# The key


def test_a_key_comes_from_the_variable_that_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f'[a]\n{PLAIN}key_env = "A_KEY"\n')
    assert "llm:a takes its key from $A_KEY, which is not set; next: export A_KEY=..." in refused("a", tmp_path)
    monkeypatch.setenv("A_KEY", f"{KEY}\n")
    endpoint = load("a", tmp_path)
    key = endpoint.key()
    assert key
    assert key.get_secret_value() == KEY
    assert KEY not in f"{key!r}{key}{endpoint!r}{endpoint.model_dump()}"


def test_a_key_file_is_read_if_only_its_owner_can(file: Path, tmp_path: Path) -> None:
    file.write_text(f'[a]\n{PLAIN}key_file = "my key"\n')
    path = tmp_path / "my key"
    path.write_text(f"{KEY}\n")
    path.chmod(0o644)
    assert refused("a", tmp_path) == (
        f"{path} holds a key and others may open it (mode 0644); next: chmod 600 '{path}'"
    )
    path.chmod(0o600)
    key = load("a", tmp_path).key()
    assert key
    assert key.get_secret_value() == KEY


@pytest.mark.parametrize("text", ["", "\n", f"Bearer {KEY}", f"{KEY}\n{KEY}", "密钥", f"{KEY}\x00"])
def test_what_cannot_be_a_key_is_refused_unseen(file: Path, tmp_path: Path, text: str) -> None:
    file.write_text(f'[a]\n{PLAIN}key_file = "key"\n')
    (tmp_path / "key").write_text(text)
    (tmp_path / "key").chmod(0o600)
    said = refused("a", tmp_path)
    assert "is not a key" in said or "is empty" in said


def test_reading_a_configuration_needs_no_key(file: Path, tmp_path: Path) -> None:
    file.write_text(f'[a]\n{PLAIN}key_env = "NO_SUCH_KEY"\n')
    assert load("a", tmp_path).where_the_key_is == "$NO_SUCH_KEY"

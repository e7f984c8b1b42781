"""LLM endpoints: `endpoints.toml`, one table per name. Keys are never in it, only where they are.

[deepseek]
base_url = "https://api.deepseek.com/v1"
model = "deepseek-chat"
key_env = "DEEPSEEK_API_KEY"       # or: key_file = "deepseek.key", mode 0600; neither for a local server
input_per_million = 2              # prices, all three or none
output_per_million = 3
currency = "CNY"
"""

from __future__ import annotations

import os
import shlex
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from localize import settings
from localize.errors import InputError

_WRITTEN_KEYS = frozenset({"key", "api_key", "apikey", "token", "secret", "password", "authorization", "bearer"})


class Endpoint(BaseModel):
    """Where an OpenAI-compatible server answers, and what may be asked of it. Equal endpoints share their limits."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)

    name: str
    file: Path = Path("endpoints.toml")
    """Where it was configured."""
    base_url: str
    """Up to and without `/chat/completions`."""
    model: Annotated[str, Field(min_length=1)]
    # In capitals, as variables are: a key that was pasted here by mistake is not, and is refused unseen.
    key_env: Annotated[str | None, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] = None
    key_file: str | None = None
    """Relative to `file`."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    requests_per_minute: Annotated[float | None, Field(gt=0)] = None
    timeout_s: Annotated[float, Field(gt=0)] = 60
    """How long a request may take besides its tokens."""
    tokens_per_second: Annotated[float, Field(gt=0)] = 20
    """The slowest speed of writing that is not yet a failure."""
    deadline_s: Annotated[float, Field(gt=0)] = 600
    """How long one request may take with all its repetitions."""
    max_line_tokens: Annotated[int, Field(ge=32)] = 160
    """What one line may take in an answer, with its id and the echo of its source."""
    thinking_tokens: Annotated[int, Field(ge=0)] = 0
    """What a reasoning model may write before it answers."""
    input_per_million: Annotated[float | None, Field(ge=0)] = None
    output_per_million: Annotated[float | None, Field(ge=0)] = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = ""

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            plain = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
        except ValueError:
            plain = False
        if not plain:
            raise ValueError("is not an http or https address")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("holds more than an address; a key goes into key_env or key_file")
        return value.rstrip("/").removesuffix("/chat/completions")

    @model_validator(mode="after")
    def _consistent(self) -> Endpoint:
        if self.key_env and self.key_file:
            raise ValueError("key_env and key_file are both there; keep one")
        prices = (self.input_per_million, self.output_per_million, self.currency or None)
        if 0 < prices.count(None) < len(prices):
            raise ValueError("input_per_million, output_per_million and currency go together")
        return self

    @property
    def url(self) -> str:
        return f"{self.base_url}/chat/completions"

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc

    @property
    def priced(self) -> bool:
        return bool(self.currency)

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """In `currency`; 0 where the endpoint has no prices."""
        incoming, outgoing = self.input_per_million or 0, self.output_per_million or 0
        return (input_tokens * incoming + output_tokens * outgoing) / 1_000_000

    @property
    def where_the_key_is(self) -> str:
        """For messages."""
        if self.key_env:
            return f"${self.key_env}"
        return str(self._key_path(self.key_file)) if self.key_file else f"key_env or key_file of [{self.name}]"

    def key(self) -> SecretStr | None:
        """The key as it is now, None for an endpoint that takes none. InputError where it cannot be had."""
        if self.key_env:
            if not (text := os.environ.get(self.key_env, "").strip()):
                raise InputError(
                    f"llm:{self.name} takes its key from ${self.key_env}, which is not set",
                    next_step=f"export {self.key_env}=...",
                )
        elif self.key_file:
            text = self._read_key(self._key_path(self.key_file))
        else:
            return None
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise InputError(
                f"what stands in {self.where_the_key_is} is not a key: one word of plain characters is expected",
                next_step="copy the key anew",
            )
        return SecretStr(text)

    def _key_path(self, key_file: str) -> Path:
        try:
            return self.file.parent / Path(key_file).expanduser()
        except RuntimeError:
            raise InputError(
                f"the key_file of [{self.name}] names no user's home", next_step=f"correct key_file in {self.file}"
            ) from None

    def _read_key(self, path: Path) -> str:
        # The name is not shown where no such file exists: it may be a key put into the wrong place.
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                    raise InputError(
                        f"{path} holds a key and others may open it (mode {stat.S_IMODE(mode):04o})",
                        next_step=f"chmod 600 {shlex.quote(str(path))}",
                    )
                text = file.read(4096).decode("ascii", errors="replace").strip()
        except (OSError, ValueError) as error:
            raise InputError(
                f"the key_file of [{self.name}] cannot be read: {getattr(error, 'strerror', None) or 'no file name'}",
                next_step=f"correct key_file in {self.file}",
            ) from None
        if not text:
            raise InputError(f"{path} is empty", next_step="write the key into it")
        return text


def load(name: str, beside: Path | None = None) -> Endpoint:
    """The endpoint `name`; `beside` is the folder of the manifest. InputError says what to write where."""
    path = settings.endpoints_file(beside)
    tables = _read(path, name)
    table = tables.get(name)
    if not isinstance(table, dict):
        there = [key for key, value in tables.items() if isinstance(value, dict)]
        raise InputError(
            f"{path} has no endpoint [{name}]" + (f", only {', '.join(there)}" if there else ""),
            next_step=f"write [{name}] with base_url and model into {path}",
        )
    return _validate(name, table, path)


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(
            f"llm:{name} is not configured: there is no {path}",
            next_step=f"write it: [{name}] with base_url, model, and key_env where a key is needed",
        ) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", next_step="check its permissions") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8", next_step=f"save {path} as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}", next_step=f"edit {path}") from None


def _validate(name: str, table: dict[str, Any], path: Path) -> Endpoint:
    if written := sorted(key for key in table if key.lower() in _WRITTEN_KEYS):
        raise InputError(
            f"{path}: [{name}] {written[0]}: keys do not belong into this file",
            next_step="put it into a variable and name that in key_env, or into a file of mode 0600 named in key_file",
        )
    unknown = sorted(table.keys() - (Endpoint.model_fields.keys() - {"name", "file"}))
    if unknown:
        raise InputError(f"{path}: [{name}] has an unknown key {unknown[0]!r}", next_step=f"edit {path}")
    try:
        return Endpoint.model_validate(table | {"name": name, "file": path})
    except ValidationError as error:
        detail = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in detail["loc"])
        complaint = "is missing" if detail["type"] == "missing" else detail["msg"].removeprefix("Value error, ")
        if where == "key_env":
            complaint = "is not the name of a variable, in capitals"
        raise InputError(f"{path}: [{name}] {where} {complaint}".replace("  ", " "), next_step=f"edit {path}") from None

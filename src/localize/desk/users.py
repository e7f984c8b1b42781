"""Users: who may sign in to the desk, in one file of mode 0600 that every command replaces whole.

A password is kept as its argon2id hash. A user's `version` is drawn anew with every password, and a session names it: a
new password, or a removal, ends every session there is.
"""

from __future__ import annotations

import json
import secrets
import shlex
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import regex
from pydantic import ConfigDict, TypeAdapter, ValidationError

from localize.decisions import GateName
from localize.desk import passwords, private
from localize.disk import disk_errors, write_atomic
from localize.errors import InputError
from localize.locales import SOURCE, locale

Role = Literal["viewer", "reviewer", "lead"]
ROLES: tuple[Role, ...] = ("viewer", "reviewer", "lead")

_NAME = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+-]{0,63}")


@dataclass(frozen=True, slots=True)
class User:
    """Someone who signed in, and what they may do. A lead may do everything; `locales` bind reviewers only."""

    name: str
    role: Role
    locales: tuple[str, ...] = ()

    def may_see(self) -> bool:
        """Read pages, play media."""
        return self.role in ROLES

    def may_edit(self, tag: str) -> bool:
        """Change lines of locale `tag`; for the source track that is the source locale."""
        return self.role == "lead" or (self.role == "reviewer" and tag in self.locales)

    def may_decide(self, gate: GateName, tag: str | None) -> bool:
        """Approve or reject at `gate`; `tag` is None at the transcript, which is for readers of the source."""
        return self.may_edit(SOURCE.tag if gate == "transcript" or tag is None else tag)

    def may_manage(self) -> bool:
        """Change what holds for everybody: glossaries, settings of a series, other people's comments."""
        return self.role == "lead"


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the file has them."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    role: Role
    password: str = field(repr=False)
    """An argon2id hash in its own format, parameters included."""
    version: str
    locales: tuple[str, ...] = ()

    @property
    def user(self) -> User:
        return User(self.name, self.role, self.locales)


@dataclass(frozen=True, slots=True)
class _File:
    __pydantic_config__ = ConfigDict(extra="forbid")

    users: tuple[Account, ...] = field(default=())
    schema: Literal[1] = 1


_ADAPTER = TypeAdapter(_File)
_Stamp = tuple[int, int, int]


class Users:
    """The accounts of one file, read again whenever it was replaced. Damaged, or open to others, it lets nobody in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[_Stamp | None, tuple[Account, ...]] = (None, ())

    def all(self) -> tuple[Account, ...]:
        """Everybody, by name; InputError where the file is damaged or others may open it."""
        stamp = self._stamp()
        if stamp != self._read[0]:
            self._read = (stamp, self._load() if stamp else ())
        return self._read[1]

    def find(self, name: str) -> Account | None:
        return next((account for account in self.all() if account.name == name), None)

    def authenticate(self, name: str, password: str) -> Account | None:
        """The account that `name` and `password` open. It takes as long for a name that nobody has."""
        account = self.find(_plain(name))
        if not passwords.right(password, account.password if account else None) or account is None:
            return None
        if renewed := passwords.renewed(password, account.password):
            self._change(lambda all_: tuple(replace(a, password=renewed) if a == account else a for a in all_))
        return account

    def add(self, name: str, role: Role, locales: Sequence[str], password: str) -> User:
        """Raises InputError on a name that exists or cannot be one, LocaleError, and on a password too short."""
        name = _plain(name)
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!a} cannot be a user's name",
                next_step="begin with a letter or digit and use these, spaces and . _ @ + - (64 at most)",
            )
        account = Account(name, role, passwords.hashed(name, password), _version(), _checked(role, locales))

        def added(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
            if same := [other.name for other in accounts if other.name.casefold() == name.casefold()]:
                raise InputError(
                    f"there is a user {same[0]} already", next_step=f"localize desk users passwd {shlex.quote(same[0])}"
                )
            return (*accounts, account)

        self._change(added)
        return account.user

    def remove(self, name: str) -> None:
        """Their sessions end with the next request."""

        def without(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
            named = _named(accounts, name)
            return tuple(a for a in accounts if a is not named)

        self._change(without)

    def set_password(self, name: str, password: str) -> None:
        """Every session of theirs ends."""
        hashed = passwords.hashed(name, password)
        self._replace(name, lambda account: replace(account, password=hashed, version=_version()))

    def set_role(self, name: str, role: Role, locales: Sequence[str]) -> None:
        """It holds from the next request on; sessions go on."""
        tags = _checked(role, locales)
        self._replace(name, lambda account: replace(account, role=role, locales=tags))

    def _replace(self, name: str, changed: Callable[[Account], Account]) -> None:
        def apply(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
            named = _named(accounts, name)
            return tuple(changed(a) if a is named else a for a in accounts)

        self._change(apply)

    def _change(self, change: Callable[[tuple[Account, ...]], tuple[Account, ...]]) -> None:
        """Replace the file under its lock, so that two commands at once lose nobody."""
        with private.locked(self.path.parent):
            accounts = change(self.all())
            ordered = tuple(sorted(accounts, key=lambda account: account.name.casefold()))
            plain = _ADAPTER.dump_python(_File(ordered), mode="json")
            data = (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()
            write_atomic(self.path, data, mode=private.MODE)

    def _stamp(self) -> _Stamp | None:
        with disk_errors(self.path, "read"):
            try:
                found = self.path.stat()
            except FileNotFoundError:
                return None
        # The inode as well: two changes within one tick of the clock are two files.
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _load(self) -> tuple[Account, ...]:
        data = private.read(self.path)
        try:
            users = _ADAPTER.validate_json(data).users
        except ValidationError as error:
            detail = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in detail["loc"]) or "its start"
            raise InputError(
                f"{self.path} is damaged at {where}: {detail['msg']}",
                next_step=f"mend the file, or move it away and add its users anew: {self.path}",
            ) from None
        return users


def _named(accounts: tuple[Account, ...], name: str) -> Account:
    for account in accounts:
        if account.name == _plain(name):
            return account
    known = ", ".join(account.name for account in accounts)
    raise InputError(
        f"there is no user {name!a}", next_step=f"choose among {known}" if known else "localize desk users add NAME"
    )


def _checked(role: Role, locales: Sequence[str]) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(locale(tag).tag for tag in locales))
    if role == "reviewer" and not tags:
        raise InputError("a reviewer needs locales", next_step=f"give --to th,ar; {SOURCE.tag} is the source")
    if role != "reviewer" and tags:
        raise InputError(f"locales bind reviewers only, not a {role}", next_step="leave --to away")
    return tags


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())


def _version() -> str:
    return secrets.token_hex(8)

"""Commands of the review desk: serve it, and say who may sign in."""

from __future__ import annotations

import getpass
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from localize.cli.common import Json, split
from localize.errors import InputError

if TYPE_CHECKING:
    from localize.desk.users import Users

_SERVE = "serve"


class _ServesByDefault(TyperGroup):
    """`localize desk series.toml` is `localize desk serve series.toml`: a path is no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [_SERVE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ServesByDefault, help="The review desk: localize desk [PATH]... serves it; see serve --help.")
accounts = typer.Typer(no_args_is_help=True, help="Who may sign in to the desk, and what they may do there.")
app.add_typer(accounts, name="users")


class RoleName(StrEnum):
    viewer = "viewer"
    reviewer = "reviewer"
    lead = "lead"


UsersFile = Annotated[
    Path | None, typer.Option("--users", help="Else $LOCALIZE_USERS, else desk/users.json of your configuration.")
]
Name = Annotated[str, typer.Argument(help="As decisions and the audit log will name them.", show_default=False)]
RoleOption = Annotated[
    RoleName, typer.Option("--role", help="viewer looks; reviewer edits and decides in --to; lead does all.")
]
Locales = Annotated[str, typer.Option("--to", help="A reviewer's locales, comma-separated; zh-Hans is the source.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


@app.command(_SERVE)
def serve(
    paths: Annotated[list[Path] | None, typer.Argument(help="Manifests, or folders of series; else this one.")] = None,
    workspace: Annotated[Path | None, typer.Option("--workspace", help="Else that of each series.")] = None,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = 8700,
    users: UsersFile = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A reverse proxy on this machine speaks TLS for the desk.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Serve the desk; the word serve may be left out."""
    from localize import settings
    from localize.desk.app import Settings
    from localize.desk.server import serve

    given = Settings(settings.users_file(users), workspace, behind_proxy)
    serve(paths or [Path()], given, host=host, port=port, open_browser=open_browser)


@accounts.command()
def add(
    name: Name,
    role: RoleOption = RoleName.viewer,
    to: Locales = "",
    password_stdin: Stdin = False,
    users: UsersFile = None,
) -> None:
    """Let somebody sign in; asks for their password."""
    from localize import console

    file = _users(users)
    added = file.add(name, role.value, split(to), _password(password_stdin))
    console.talk(f"added: {added.name}, {added.role}{_of(added.locales)}, in {file.path}")


@accounts.command()
def remove(name: Name, users: UsersFile = None) -> None:
    """Take somebody's access away; their sessions end at once, their decisions stay."""
    from localize import console

    _users(users).remove(name)
    console.talk(f"removed: {name}")


@accounts.command()
def passwd(name: Name, password_stdin: Stdin = False, users: UsersFile = None) -> None:
    """Give somebody another password; their sessions end at once."""
    from localize import console

    _users(users).set_password(name, _password(password_stdin))
    console.talk(f"changed: the password of {name}")


@accounts.command("role")
def set_role(name: Name, role: RoleOption, to: Locales = "", users: UsersFile = None) -> None:
    """Change what somebody may do; it holds at once."""
    from localize import console

    _users(users).set_role(name, role.value, split(to))
    console.talk(f"changed: {name} is {role.value}{_of(split(to))}")


@accounts.command("list")
def list_users(users: UsersFile = None, as_json: Json = False) -> None:
    """Everybody who may sign in."""
    from localize import console

    everybody = [account.user for account in _users(users).all()]
    if as_json:
        console.rows(everybody)
        return
    for user in everybody:
        console.data("\t".join((user.name, user.role, ",".join(user.locales) or "-")))


def _users(given: Path | None) -> Users:
    from localize import settings
    from localize.desk.users import Users

    return Users(settings.users_file(given))


def _of(locales: tuple[str, ...]) -> str:
    return f" of {', '.join(locales)}" if locales else ""


def _password(from_stdin: bool) -> str:
    """Typed twice without an echo, or the first line of stdin: an argument would be seen by every process here."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask for the password", next_step="give --password-stdin")
    password = getpass.getpass("password: ")
    if getpass.getpass("once more: ") != password:
        raise InputError("the two passwords differ", next_step="run the same command again")
    return password

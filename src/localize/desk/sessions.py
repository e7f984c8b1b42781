"""Sessions: a signed cookie that says who signed in, under which version of their account, and the token of its forms.

Nothing is kept on the server but the key, a file of mode 0600 beside the users': deleting it signs everybody out. A
visitor who has not signed in has a session without a name, so that the sign-in form carries a token as well.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection
from starlette.responses import Response

from localize.desk import private
from localize.desk.users import Account, Users
from localize.disk import write_atomic

LASTS_S = 7 * 24 * 3600
"""A reviewer signs in once a week."""
_SIGNED_OUT = 10_000
"""Sessions remembered as signed out; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says. `name` is empty before signing in."""

    token: str
    """Proves that a form or a script of ours sent a request."""
    name: str = ""
    version: str = ""


_SESSION = TypeAdapter(Session)


class Sessions:
    """Writes and reads the cookies of one users file."""

    def __init__(self, users: Users, *, secure: bool) -> None:
        key = key_of(users.path)
        self._users = users
        self._secure = secure
        self._signer = URLSafeTimedSerializer(key, salt="localize.desk.session")
        # Cookies know no port: two desks on one machine would sign each other's people out.
        name = f"localize_desk_{hashlib.sha256(key).hexdigest()[:8]}"
        # Browsers take a name with this prefix from this host only, over TLS only.
        self.cookie = f"__Host-{name}" if secure else name
        self._ended: OrderedDict[str, None] = OrderedDict()

    def read(self, connection: HTTPConnection) -> Session | None:
        """The session of a request; None where there is none, or it is forged, too old or signed out."""
        try:
            session = _SESSION.validate_python(
                self._signer.loads(connection.cookies.get(self.cookie, ""), max_age=LASTS_S)
            )
        except (BadData, ValidationError):
            return None
        return None if session.token in self._ended else session

    def account(self, session: Session | None) -> Account | None:
        """Who that is now; None for a visitor, a removed user, and one whose password changed since."""
        if session is None or not session.name:
            return None
        account = self._users.find(session.name)
        return account if account and secrets.compare_digest(account.version, session.version) else None

    def visitor(self) -> Session:
        return Session(secrets.token_urlsafe(24))

    def begin(self, account: Account) -> Session:
        """A session of its own for every sign-in: what a visitor's cookie said before is worth nothing afterwards."""
        return Session(secrets.token_urlsafe(24), account.name, account.version)

    def end(self, session: Session) -> None:
        """A copy of the cookie opens nothing from now on, until the desk is started again."""
        self._ended[session.token] = None
        while len(self._ended) > _SIGNED_OUT:
            self._ended.popitem(last=False)

    def write(self, response: Response, session: Session) -> None:
        response.set_cookie(
            self.cookie,
            str(self._signer.dumps(asdict(session))),
            max_age=LASTS_S,
            httponly=True,
            # Not strict: a link from the Prefect UI or a chat shall find the reviewer signed in.
            samesite="lax",
            secure=self._secure,
        )


def key_of(users_file: Path) -> bytes:
    """The key that signs, made when first asked for; InputError where others may read it."""
    path = users_file.with_suffix(".key")
    with private.locked(path.parent):
        if not path.exists():
            write_atomic(path, secrets.token_bytes(32), mode=private.MODE)
        return private.read(path)

"""Passwords: which are taken, and how they are kept: as argon2id hashes that name their own parameters."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from localize.errors import InputError

MIN_CHARS, MAX_CHARS = 10, 256
"""Of a password. NIST SP 800-63B asks for 8 at least and for long ones to be taken."""
_HASHER = PasswordHasher()
# One hash takes 64 MiB and a core: a crowd at the door shall not take the machine.
_TURNS = threading.BoundedSemaphore(2)


def hashed(name: str, password: str) -> str:
    """The hash of a new password of `name`; InputError on one that anybody would guess."""
    plain = _normal(password)
    if not MIN_CHARS <= len(plain) <= MAX_CHARS:
        raise InputError(
            f"a password has {MIN_CHARS} to {MAX_CHARS} characters, this one {len(plain)}",
            next_step="choose another; a few words with spaces are easy to keep",
        )
    if plain.casefold() == name.casefold() or len(set(plain)) < 4:
        raise InputError("that password is the first anybody would try", next_step="choose another")
    return _HASHER.hash(plain)


def right(password: str, kept: str | None) -> bool:
    """Whether `password` is the one that was `kept`; None, where there is no such user, takes as long."""
    plain = _normal(password)
    if len(plain) > MAX_CHARS:
        return False
    with _TURNS:
        try:
            return _HASHER.verify(kept or _nobody(), plain)
        except (VerificationError, InvalidHashError):
            return False


def renewed(password: str, kept: str) -> str | None:
    """The hash anew where argon2 has come to recommend more than `kept` was made with."""
    return _HASHER.hash(_normal(password)) if _HASHER.check_needs_rehash(kept) else None


def _normal(password: str) -> str:
    """Keyboards of two systems write the same letter in two ways (NIST SP 800-63B asks for this)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    """A hash that no password has."""
    return _HASHER.hash(secrets.token_hex(16))

"""Sign-in attempts, counted by account and by address before any password is looked at."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_S = 300.0
PER_ACCOUNT, PER_ADDRESS = 10, 40
"""Failures within the window. An office behind one address has several people who mistype."""
_KEYS = 10_000
"""Names and addresses remembered; the one that was quiet for longest is forgotten first."""


class Throttle:
    """At most `limit` attempts of one key in `WINDOW_S`; `clock` gives seconds."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._attempts: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str) -> float:
        """Count one attempt; 0 where it may be made, else for how many seconds none may. Refused ones do not count."""
        now = self._clock()
        with self._lock:
            attempts = self._attempts.setdefault(key, deque())
            self._attempts.move_to_end(key)
            while len(self._attempts) > _KEYS:
                self._attempts.popitem(last=False)
            while attempts and now - attempts[0] >= WINDOW_S:
                attempts.popleft()
            if len(attempts) >= self._limit:
                return WINDOW_S - (now - attempts[0])
            attempts.append(now)
            return 0.0

    def forget(self, key: str) -> None:
        """The attempt was right: whoever mistyped before it starts afresh."""
        with self._lock:
            self._attempts.pop(key, None)

    def give_back(self, key: str) -> None:
        """The last attempt was right and does not count; those before it do."""
        with self._lock:
            if attempts := self._attempts.get(key):
                attempts.pop()


def network(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def _account(name: str) -> str:
    """As many characters as a name may have: what strangers send shall not fill the memory."""
    return name.strip().casefold()[:64]


class SignInLimits:
    """Both limits together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = Throttle(PER_ACCOUNT, clock)
        self._addresses = Throttle(PER_ADDRESS, clock)

    def wait_s(self, name: str, address: str) -> float:
        """Count an attempt; 0 where it may be made, else the seconds to wait."""
        return self._addresses.wait_s(network(address)) or self._accounts.wait_s(_account(name))

    def right(self, name: str, address: str) -> None:
        # Someone with one right password shall not get as many guesses at the others as they like.
        self._addresses.give_back(network(address))
        self._accounts.forget(_account(name))

"""Revisions: what a page showed of each row, so that the next answer brings only what has changed since."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping

_KEPT = 500
"""Pages by user and revision. What is forgotten is sent whole."""
_keys: OrderedDict[tuple[str, str, str], Mapping[str, str]] = OrderedDict()
_lock = threading.Lock()


def remember(path: str, user: str, revision: str, keys: Mapping[str, str]) -> None:
    """That `user` was shown rows with these keys, by cue id, as revision `revision` of the page `path`."""
    with _lock:
        _keys[path, user, revision] = keys
        _keys.move_to_end((path, user, revision))
        while len(_keys) > _KEPT:
            _keys.popitem(last=False)


def shown(path: str, user: str, revision: str) -> Mapping[str, str]:
    """The keys of what was shown then; empty where nobody remembers."""
    with _lock:
        return _keys.get((path, user, revision), {})

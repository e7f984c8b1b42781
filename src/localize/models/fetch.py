"""Getting bytes: HTTPS with one probe a host, and wheels through pip; plain callables, so that tests pass their own."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

from localize.errors import EngineUnavailable, ModelUnavailable

PROBE_S = 5.0
# Of one read, not of a whole download: a slow line may take its time, a dead one may not.
_READ_S = 30.0
_PIP_S = 1800.0
_CHUNK = 1 << 20

PipDownload = Callable[[Sequence[str], Path], None]
"""Download the wheels of some requirements, without dependencies, into a folder."""


class Fetcher(Protocol):
    """Download `url` to `target`: EngineUnavailable where it cannot be had, ModelUnavailable where it is not whole."""

    def __call__(self, url: str, target: Path, *, max_bytes: int, progress: Callable[[float], None]) -> None: ...


class Hosts:
    """Whether a host answers, asked once per process: behind a closed firewall that costs 5 seconds, not minutes."""

    def __init__(self, probe: Callable[[str], None] | None = None) -> None:
        self._probe = probe or _head
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def refuses(self, url: str) -> str:
        """Why the host of `url` cannot be used; empty where it answers."""
        host = urllib.parse.urlsplit(url).netloc
        with self._lock:
            if host not in self._known:
                self._known[host] = self._ask(f"https://{host}/")
            return self._known[host]

    def _ask(self, url: str) -> str:
        answer: list[str] = []

        def ask() -> None:
            try:
                self._probe(url)
                answer.append("")
            except (OSError, ValueError, HTTPException) as error:
                answer.append(str(getattr(error, "reason", error)) or type(error).__name__)

        # A thread, because no socket timeout covers the look-up of the name.
        thread = threading.Thread(target=ask, name=f"probe {url}", daemon=True)
        thread.start()
        thread.join(PROBE_S)
        return answer[0] if answer else f"no answer within {PROBE_S:.0f} s"


def _head(url: str) -> None:
    # Any answer, even a refusal, shows that the host is there.
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PROBE_S).close()


def https(url: str, target: Path, *, max_bytes: int, progress: Callable[[float], None]) -> None:
    """Stream `url` into `target`, at most `max_bytes` of it."""
    if urllib.parse.urlsplit(url).scheme != "https":
        raise EngineUnavailable(f"{url} is not an https address")
    with _reading(url):
        response = urllib.request.urlopen(url, timeout=_READ_S)
    with response, target.open("wb") as file:
        if urllib.parse.urlsplit(response.url).scheme != "https":
            raise EngineUnavailable(f"{url} redirects to {response.url}, which is not https")
        promised, got = int(response.headers.get("Content-Length") or 0), 0
        while True:
            with _reading(url):
                chunk = response.read(_CHUNK)
            if not chunk:
                break
            got += len(chunk)
            if got > max_bytes:
                raise ModelUnavailable(f"{url} is larger than the {max_bytes} bytes it may have")
            file.write(chunk)
            progress(got / max(promised, got))
    if promised and got != promised:
        raise ModelUnavailable(f"{url} was cut off: {got} of {promised} bytes arrived")


@contextmanager
def _reading(url: str) -> Iterator[None]:
    """What goes wrong on the line is passing; what goes wrong on our disk is not, and stays an OSError."""
    try:
        yield
    except (OSError, HTTPException) as error:
        raise EngineUnavailable(f"{url}: {getattr(error, 'reason', None) or error or type(error).__name__}") from error


def pip_download(requirements: Sequence[str], folder: Path) -> None:
    """Let this interpreter's pip fetch wheels, with whatever index and proxy the machine has set up for it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(folder), *requirements]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PIP_S)
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise EngineUnavailable(f"pip download {' '.join(requirements)} failed: {said[-1]}") from error
    except subprocess.TimeoutExpired as error:
        raise EngineUnavailable(f"pip download {' '.join(requirements)} took longer than {_PIP_S:.0f} s") from error

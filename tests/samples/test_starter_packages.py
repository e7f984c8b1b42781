"""The committed starter packages: what the manifest says they are, and good at the lines they were made for.

Marker `engines`: these load CTranslate2, SentencePiece and Argos. `slow`: trains a small package, about a minute.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from samples.models.build import corpus

MODELS = Path(__file__).parents[2] / "samples" / "models"
PACKAGES: list[dict[str, Any]] = (
    json.loads((MODELS / "manifest.json").read_text(encoding="utf-8"))["packages"]
    if (MODELS / "manifest.json").exists()
    else []
)
PAIRS = [package["pair"] for package in PACKAGES]
pytestmark = pytest.mark.engines

# Run by a second interpreter: Argos reads its folders from the environment when it is imported.
ARGOS = """
import json, socket, sys
def refuse(*_args, **_kwargs):
    raise OSError("the starter packages must not need the network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from argostranslate import package, translate
paths, lines = json.load(sys.stdin)
for path in paths:
    package.install_from_path(path)
legs = [translate.get_translation_from_codes(*codes) for codes in (("zh", "en"), ("en", "es"))]
english = [legs[0].translate(line) for line in lines]
print(json.dumps([english, [legs[1].translate(line) for line in english]]))
"""


def builder(module: str) -> Any:
    """A module of the build, which the samples extra serves."""
    return pytest.importorskip(f"samples.models.build.{module}", reason="needs the samples extra", exc_type=ImportError)


def entry(pair: str) -> dict[str, Any]:
    return next(package for package in PACKAGES if package["pair"] == pair)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each package's top folder, by pair."""
    folder = tmp_path_factory.mktemp("starter")
    for package in PACKAGES:
        with zipfile.ZipFile(MODELS / package["file"]) as archive:
            archive.extractall(folder)
    return {package["pair"]: folder / Path(package["file"]).stem for package in PACKAGES}


def held_out(pair: str, count: int, *, marked: bool = False) -> list[tuple[str, str]]:
    """`count` held-out lines of `pair`, the same ones on every call; `marked` ones hold placeholders."""
    source, target = (corpus.load(code) for code in pair.split("-"))
    lines = [f for f in corpus.split().held_out if marked == any(v.startswith("XQ") for v in f.slots.values())]
    return [(source.render(f), target.render(f)) for f in random.Random(11).sample(lines, min(count, len(lines)))]


def test_there_is_a_package_for_every_pair_and_all_weigh_under_20_mb() -> None:
    assert len(PACKAGES) == 16
    assert {path.name for path in MODELS.glob("*.argosmodel")} == {package["file"] for package in PACKAGES}
    assert sum(package["bytes"] for package in PACKAGES) < 20_000_000


@pytest.mark.parametrize("pair", PAIRS)
def test_a_package_is_the_file_its_manifest_entry_describes(pair: str) -> None:
    package = entry(pair)
    content = (MODELS / package["file"]).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (package["bytes"], package["sha256"])
    assert package["exact"] >= 0.97
    assert package["licence"] == "Apache-2.0"


@pytest.mark.parametrize("pair", PAIRS)
def test_a_package_was_trained_on_the_corpus_of_today(pair: str) -> None:
    package = builder("package")
    today = package.corpus_sha256(*(corpus.load(code) for code in pair.split("-")))
    assert entry(pair)["corpus_sha256"] == today, f"rebuild it: python -m samples.models.build {pair}"


@pytest.mark.parametrize("pair", PAIRS)
def test_a_package_has_one_top_folder_a_splitter_and_says_it_is_for_demonstration(pair: str) -> None:
    top = Path(entry(pair)["file"]).stem
    with zipfile.ZipFile(MODELS / entry(pair)["file"]) as archive:
        names = set(archive.namelist())
        metadata = json.loads(archive.read(f"{top}/metadata.json"))
        assert b"demonstration only" in archive.read(f"{top}/README.md")
    assert all(name.startswith(f"{top}/") for name in names)
    assert {f"{top}/{name}" for name in ("sentencepiece.model", "minisbd/sbd.onnx", "model/model.bin")} <= names
    assert (metadata["from_code"], metadata["to_code"]) == (entry(pair)["from"], entry(pair)["to"])


@pytest.mark.parametrize("pair", PAIRS)
def test_held_out_lines_come_out_as_the_corpus_has_them(pair: str, unpacked: dict[str, Path]) -> None:
    train = builder("train")
    folder = unpacked[pair]
    result = train.score(folder / "model", (folder / "sentencepiece.model").read_bytes(), held_out(pair, 200))
    assert result.exact >= 0.97, result.wrong


@pytest.mark.parametrize("pair", PAIRS)
def test_placeholders_of_held_out_lines_come_through(pair: str, unpacked: dict[str, Path]) -> None:
    train = builder("train")
    folder = unpacked[pair]
    lines = held_out(pair, 60, marked=True)
    result = train.score(folder / "model", (folder / "sentencepiece.model").read_bytes(), lines)
    assert result.placeholders >= 0.98, result.wrong


def test_names_misheard_by_the_recogniser_are_still_translated(unpacked: dict[str, Path]) -> None:
    train = builder("train")
    heard = {
        "书弱雪，跟我走": "Su Ruoxue, come with me.",
        "相信我 苏若学": "Trust me, Su Ruoxue.",
        "故北城，跪下": "Gu Beichen, kneel!",
        "我不认识古北尘": "I do not know Gu Beichen.",
        "林帆才是真正的站神。": "Lin Fan is the real God of War.",
        "林番回来了": "Lin Fan is back!",
        "外面有30个人": "There are thirty people outside.",
    }
    folder = unpacked["zh-en"]
    got = train.translate(folder / "model", (folder / "sentencepiece.model").read_bytes(), list(heard))
    assert dict(zip(heard, got, strict=True)) == heard


def test_argos_installs_them_and_pivots_without_a_network(tmp_path: Path) -> None:
    chosen = [f for f in corpus.reserved() if "N" in f.slots][:5]
    english, spanish, chinese = (corpus.load(code) for code in ("en", "es", "zh"))
    paths = [str(MODELS / entry(pair)["file"]) for pair in ("zh-en", "en-es")]
    keys = ("ARGOS_PACKAGES_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    folders = {key: str(tmp_path / key.lower()) for key in keys}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ARGOS],
        input=json.dumps([paths, [chinese.render(f) for f in chosen]]),
        env={**os.environ, **folders, "ARGOS_DEVICE_TYPE": "cpu", "ARGOS_INTRA_THREADS": "1"},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout) == [[side.render(f) for f in chosen] for side in (english, spanish)]


def small_split(templates: int, lines: int) -> corpus.Split:
    """The first `templates` templates that name a person and little else."""
    names = [t for t in corpus.load("zh").templates if corpus.slots_of(t) == ["N"]][:templates]
    split = corpus.split()
    return corpus.Split(
        tuple(f for f in split.train if f.template in names)[:lines],
        tuple(f for f in split.held_out if f.template in names),
    )


def test_the_same_training_gives_the_same_bytes(tmp_path: Path) -> None:
    train = builder("train")
    split = small_split(6, 200)
    once, again = (rebuilt(train, split, tmp_path / name, steps=4, warmup=2)[1] for name in ("once", "again"))
    assert once == again


@pytest.mark.slow
def test_a_small_package_trained_anew_translates_what_it_has_not_seen(tmp_path: Path) -> None:
    train = builder("train")
    exact, content = rebuilt(train, small_split(8, 900), tmp_path / "small", steps=400, warmup=60)
    assert exact >= 0.8  # 300 steps gave 0.875
    assert len(content) < 1_000_000


def rebuilt(train: Any, split: corpus.Split, folder: Path, *, steps: int, warmup: int) -> tuple[float, bytes]:
    """Exact share and package of en-es trained on `split` for `steps` steps."""
    from samples.models.build import package

    lines = train.Lines("en", "es", replace(train.Recipe(), steps=steps, warmup=warmup), split)
    tokens = train.make(lines, folder)
    exact = train.score(folder, tokens, lines.held_out).exact
    return exact, package.pack(lines.source, lines.target, folder, tokens)

from __future__ import annotations

import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from localize import pipeline
from localize.cues import TargetTrack
from localize.delivery import Sent, deliver, open_target, shipment
from localize.engines.fake import FakeTranscriber, FakeTranslator, spoken
from localize.engines.registry import Engines
from localize.job import Job
from localize.pipeline import EpisodeResult
from localize.series import METADATA, load
from localize.workspace import target_file
from tests.conftest import Media


class Studio:
    """A series with two locales, real ffmpeg and engines that do as told; gates and titles as a test wants them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = folder / "series.toml"
        self.gates = {"transcript": "off", "translation": "off", "final": "auto"}
        self.episodes = {"ep01": "归来"}
        self.synopsis = "他回来了。"
        self.platform = "full"
        self.locales = ("en", "th")
        self.translated: dict[str, dict[str, str]] = {
            "en": {"跪下！": "Kneel!", "潮": "Tide", "他回来了。": "He is back.", "归来": "The Return"},
            "th": {"跪下！": "คุกเข่าลง!", "潮": "กระแสน้ำ", "他回来了。": "เขากลับมาแล้ว", "归来": "การกลับมา"},
        }

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def jobs(self, *only: str, to: tuple[str, ...] = ()) -> list[Job]:
        episodes = "".join(
            f'[[episode]]\nid = "{id_}"\nfile = "ep01.mp4"\ntitle = "{title}"\n' for id_, title in self.episodes.items()
        )
        head = f"""
            schema = 1
            id = "tide"
            title = "潮"
            synopsis = "{self.synopsis}"
            genre = "war-god"
            platform = "{self.platform}"
            locales = {json.dumps(self.locales)}
            [gates]
            transcript = "{self.gates["transcript"]}"
            translation = "{self.gates["translation"]}"
            final = "{self.gates["final"]}"
            """
        self.manifest.write_text(dedent(head) + episodes, encoding="utf-8")
        engines = Engines(
            faster_whisper=FakeTranscriber(lambda _media, _names: spoken((100, 500, "跪"), (500, 900, "下！"))),
            argos=FakeTranslator(lambda text, tag: self.translated[tag][text]),
        )
        series = load(self.manifest)
        return pipeline.jobs(series, self.workspace, pipeline.options(series, to=to), engines, only)

    def run(self, *only: str) -> list[EpisodeResult]:
        """Those named, else every film."""
        return [pipeline.advance(job) for job in self.jobs(*(only or self.episodes))]

    def titles(self, to: tuple[str, ...] = ()) -> Job:
        (job,) = self.jobs(METADATA, to=to)
        return job

    def send(self, to_folder: str | Path, *, to: tuple[str, ...] = (), titles: bool = False, **how: object) -> Sent:
        named = {key: how.pop(key) for key in ("platform", "template", "files") if key in how}
        jobs = [job for job in self.jobs(to=to) if titles or job.episode.has_film]
        made = shipment(jobs, **named)  # type: ignore[arg-type]
        return deliver(made, open_target(str(to_folder)), self.workspace, **how)  # type: ignore[arg-type]

    def edit(self, episode: str, tag: str, old: str, new: str) -> None:
        path = self.workspace / "tide" / episode / target_file(tag)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(f'"text": "{old}', f'"text": "{new}'), encoding="utf-8")

    def lines(self, tag: str) -> dict[str, str]:
        return self.titles().workspace.need(TargetTrack, target_file(tag)).text_of()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, media: Media) -> Path:
    """The series as a new `Studio` has it, rendered; encoding it for every test would take minutes."""
    folder = tmp_path_factory.mktemp("finished")
    shutil.copy2(media("clip.mp4"), folder / "ep01.mp4")
    Studio(folder).run()
    return folder


@pytest.fixture
def studio(tmp_path: Path, finished: Path) -> Studio:
    """A studio whose episode was rendered; times of files are kept, so that nothing is made anew."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return Studio(tmp_path)

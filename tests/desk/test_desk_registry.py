from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from fastapi import HTTPException

from localize.desk import registry
from localize.desk.registry import Desk
from localize.errors import InputError, ManifestError
from tests.desk.conftest import MANIFEST, Open


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_LOOK_AGAIN_S", 0.0)


def _edit(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    later = time.time() + 5
    os.utime(path, (later, later))


def test_every_manifest_below_a_folder_is_shown_and_none_of_a_workspace(shows: Path) -> None:
    for hidden in (".git", "workspace"):
        (shows / hidden).mkdir()
        (shows / hidden / "series.toml").write_text(MANIFEST.format(id=hidden.strip("."), title="t"))
    assert [series.id for series in Desk([shows]).all()] == ["one", "two"]


def test_a_manifest_of_any_name_and_a_single_video_are_shown_where_they_are_named(shows: Path) -> None:
    (shows / "two" / "series.toml").rename(shows / "two" / "other.toml")
    desk = Desk([shows / "two" / "other.toml", shows / "one" / "ep01.mp4"])
    assert [series.id for series in desk.all()] == ["two", "ep01"]


def test_a_job_looks_into_the_workspace_of_its_series(shows: Path, tmp_path: Path) -> None:
    job = Desk([shows]).job("one", "ep01")
    assert job.workspace.folder == shows / "one" / "workspace" / "one" / "ep01"
    assert job.options.locales == ("en", "th")
    given = Desk([shows], tmp_path / "elsewhere").job("one", "ep01")
    assert given.workspace.folder == tmp_path / "elsewhere" / "one" / "ep01"


@pytest.mark.parametrize(("series", "episode"), [("three", "ep01"), ("one", "ep02"), ("", ""), ("..", "ep01")])
def test_what_no_manifest_names_is_404(shows: Path, series: str, episode: str) -> None:
    with pytest.raises(HTTPException) as refused:
        Desk([shows]).job(series, episode)
    assert refused.value.status_code == 404


def test_an_edited_manifest_is_read_again(shows: Path) -> None:
    desk = Desk([shows])
    before = desk.job("one", "ep01")
    assert desk.job("one", "ep01") is before
    manifest = shows / "one" / "series.toml"
    _edit(manifest, manifest.read_text(encoding="utf-8").replace('"th"]', '"th", "ar"]'))
    assert desk.job("one", "ep01").options.locales == ("en", "th", "ar")


def test_edited_characters_are_read_again(shows: Path) -> None:
    desk = Desk([shows])
    assert desk.series("one").names == ()
    _edit(shows / "one" / "characters.toml", '[[character]]\nname = "林凡"\n[character.names]\nen = "Lin Fan"\n')
    assert desk.series("one").names == ("林凡",)


def test_a_new_series_appears_and_a_deleted_one_goes(shows: Path) -> None:
    desk = Desk([shows])
    assert len(desk.all()) == 2
    (shows / "three").mkdir()
    (shows / "three" / "series.toml").write_text(MANIFEST.format(id="three", title="t"))
    assert [series.id for series in desk.all()] == ["one", "three", "two"]
    (shows / "one" / "series.toml").unlink()
    assert [series.id for series in desk.all()] == ["three", "two"]


def test_a_damaged_manifest_is_an_entry_with_its_error(shows: Path) -> None:
    desk = Desk([shows])
    assert desk.series("one")
    _edit(shows / "one" / "series.toml", "id = ")
    one, two = desk.entries()
    assert isinstance(one.error, ManifestError)
    assert one.series is None
    assert two.series
    with pytest.raises(ManifestError):
        desk.job("one", "ep01")
    assert desk.job("two", "ep01")


def test_a_second_manifest_with_the_same_id_is_an_error_and_the_first_is_shown(shows: Path) -> None:
    (shows / "two" / "series.toml").write_text(MANIFEST.format(id="one", title="t"))
    one, twice = Desk([shows]).entries()
    assert one.series
    assert one.series.manifest == shows / "one" / "series.toml"
    assert "has the id one too" in str(twice.error)


def test_a_path_that_does_not_exist_is_an_error_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        registry.checked([tmp_path / "nothing"])


def test_the_board_shows_damaged_manifests_and_goes_on(browser: Open, shows: Path) -> None:
    lena = browser("lena")
    (shows / "one" / "series.toml").write_text("id = <script>alert(1)</script>")
    page = lena.get("/")
    assert page.status_code == 200
    assert "cannot be read" in page.text
    assert "剧two" in page.text
    assert "<script" not in page.text
    assert lena.get("/media/one/ep01/source").status_code == 422


def test_script_tags_in_titles_and_folder_names_are_shown_inert(browser: Open, shows: Path) -> None:
    folder = shows / "<img src=x onerror=alert(1)>"
    folder.mkdir()
    title = "<script>alert('t')</script>"
    (folder / "series.toml").write_text(MANIFEST.format(id="evil", title=title), encoding="utf-8")
    page = browser("lena").get("/").text
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(&#39;t&#39;)&lt;/script&gt;" in page

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from localize.errors import LocaleError, LocalizeError, ManifestError, MediaError
from localize.locales import LOCALES
from localize.series import load

MINIMAL = """
    schema = 1
    id = "dragon"
    title = "龙王归来"
    genre = "war-god"
    locales = ["en", "th"]
    [[episode]]
    id = "ep01"
    file = "ep01.mp4"
    """


def manifest(folder: Path, text: str = MINIMAL) -> Path:
    path = folder / "series.toml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def test_a_new_series_waits_for_the_translation_to_be_reviewed(tmp_path: Path) -> None:
    gates = load(manifest(tmp_path)).gates
    assert (gates.transcript, gates.translation, gates.final) == ("auto", "required", "auto")


def test_paths_are_relative_to_the_manifest(tmp_path: Path) -> None:
    assert load(manifest(tmp_path)).path_of("ep01.mp4") == tmp_path / "ep01.mp4"


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (('title = "龙王归来"', 'titel = "x"'), ManifestError, "titel"),
        (('genre = "war-god"', 'genre = "war-dog"'), ManifestError, "war-dog"),
        (('"th"', '"tlh"'), LocaleError, "tlh"),
        (('"th"', '"zh-Hans"'), LocaleError, "source"),
        (("schema = 1", "schema = 2"), ManifestError, "schema"),
        (('id = "ep01"', 'id = "../up"'), ManifestError, "id"),
        (('file = "ep01.mp4"', 'file = "a"\nfps = 25'), ManifestError, "fps"),
        (("[[episode]]", 'root = "/"\n[[episode]]'), ManifestError, "root"),
        (("[[episode]]", "[gates]\nfinal = 'maybe'\n[[episode]]"), ManifestError, "final"),
        (("[[episode]]", "band = [0.8, 0.7]\n[[episode]]"), ManifestError, "band"),
        (("schema = 1", "schema = "), ManifestError, "cannot be read"),
    ],
)  # fmt: skip
def test_a_bad_manifest_is_refused_in_one_line_that_names_the_key_and_the_next_step(
    tmp_path: Path, change: tuple[str, str], error: type[LocalizeError], says: str
) -> None:
    path = manifest(tmp_path, dedent(MINIMAL).replace(*change))
    with pytest.raises(error) as caught:
        load(path)
    line = str(caught.value)
    assert says in line
    assert "series.toml" in line
    assert "next: " in line
    assert "\n" not in line
    assert caught.value.exit_code == 2


def test_two_episodes_with_one_id_are_refused(tmp_path: Path) -> None:
    twice = dedent(MINIMAL) + '[[episode]]\nid = "ep01"\nfile = "b.mp4"\n'
    with pytest.raises(ManifestError, match="differ"):
        load(manifest(tmp_path, twice))


def test_characters_feed_the_recognisers_names(tmp_path: Path) -> None:
    (tmp_path / "characters.toml").write_text('[[character]]\nname = "林凡"\naliases = ["龙王"]\n', encoding="utf-8")
    assert load(manifest(tmp_path)).names == ("林凡", "龙王")


def test_an_unknown_key_in_the_characters_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "characters.toml").write_text("[[person]]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(ManifestError, match=r"characters\.toml.*person"):
        load(manifest(tmp_path))


def test_a_bare_media_file_is_a_series_of_one_with_the_subtitles_beside_it(tmp_path: Path) -> None:
    media = tmp_path / "第1集 final.mp4"
    media.touch()
    media.with_suffix(".zh.srt").touch()
    series = load(media)
    (episode,) = series.episode
    assert episode.file == media.name
    assert episode.subtitles == "第1集 final.zh.srt"
    assert series.locales == tuple(LOCALES)
    assert series.gates.translation == "off"


@pytest.mark.parametrize("name", ["missing.mp4", "missing.toml"])
def test_a_path_that_does_not_exist_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(MediaError, match="does not exist"):
        load(tmp_path / name)


def test_a_file_that_is_neither_video_nor_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(MediaError, match="neither"):
        load(tmp_path / "notes.txt")

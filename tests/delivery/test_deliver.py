"""Deliveries end to end: a series through real ffmpeg, then to a folder and to a file system in memory."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from localize import pipeline
from localize.delivery import Sent, shipment
from localize.delivery.target import Target, open_target
from localize.errors import EXIT_REVIEW, DeliveryError, InputError, LeaseHeld
from localize.series import METADATA, load
from localize.workspace import subtitle_file
from tests.delivery.conftest import Studio

pytestmark = pytest.mark.engines

VIDEO, SIDECAR = "tide/en/001.mp4", "tide/en/001.srt"


def _why(sent: Sent) -> dict[tuple[str, str | None], str]:
    return {(held.episode, held.locale): held.error.message for held in sent.held}


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_passed_is_delivered_with_checksums_that_hold_and_a_second_time_nothing_is_written(
    studio: Studio, tmp_path: Path
) -> None:
    studio.run()
    first = studio.send(tmp_path / "发行 a:b")
    home = tmp_path / "发行 a:b" / "tide"
    assert {file.name for file in first.manifest.files} == {
        "en/001.mp4", "en/001.srt", "en/001.vtt", "th/001.mp4", "th/001.srt", "th/001.vtt", "mul/001.mp4", "mul/001.mkv"
    }  # fmt: skip
    subprocess.run(["sha256sum", "-c", "--strict", "checksums.sha256"], cwd=home, check=True, capture_output=True)
    stamps = {name: (home / name).stat().st_mtime_ns for name in _files(home)}
    again = studio.send(tmp_path / "发行 a:b")
    assert (again.written, again.replaced, len(again.unchanged), again.new) == ((), (), 8, ())
    assert {name: (home / name).stat().st_mtime_ns for name in _files(home)} == stamps


def test_the_manifest_says_what_each_file_is_what_was_found_and_who_let_it_pass(studio: Studio, tmp_path: Path) -> None:
    studio.gates["final"] = "required"
    studio.run()
    for job in studio.jobs("ep01"):
        for tag in studio.locales:
            pipeline.decide(job, "final", tag, "approved", "mei", self_declared=False)
    studio.send(tmp_path / "out")
    manifest = json.loads((tmp_path / "out/tide/delivery.json").read_bytes())
    burned = next(file for file in manifest["files"] if file["name"] == "en/001.mp4")
    assert (burned["duration_ms"], burned["width_px"], burned["height_px"]) == (2000, 270, 480)
    (qc,) = burned["qc"]
    final = qc["gates"][2]
    assert (final["gate"], final["by"], final["self_declared"]) == ("final", "mei", False)
    assert final["at"].endswith("Z")
    assert qc["errors"] == 0
    several = next(file for file in manifest["files"] if file["name"] == "mul/001.mkv")
    assert (several["locale"], [qc["locale"] for qc in several["qc"]]) == ("mul", ["en", "th"])


def test_nothing_is_delivered_before_its_final_gate(studio: Studio, tmp_path: Path) -> None:
    studio.gates["final"] = "required"
    studio.run()
    (job,) = studio.jobs("ep01")
    nothing = studio.send(tmp_path / "out")
    assert (nothing.manifest.files, {held.error.exit_code for held in nothing.held}) == ((), {EXIT_REVIEW})
    assert not (tmp_path / "out").exists()
    pipeline.decide(job, "final", "th", "approved", "mei")
    sent = studio.send(tmp_path / "out")
    assert {file.name for file in sent.manifest.files} == {"th/001.mp4", "th/001.srt", "th/001.vtt"}
    assert "waits for review" in _why(sent)["ep01", "en"]
    assert "holds en as well" in _why(sent)["ep01", "mul"]


@pytest.mark.parametrize("gate", ["translation", "final"])
def test_a_rejection_after_the_delivery_keeps_what_is_there_and_names_it(
    studio: Studio, tmp_path: Path, gate: str
) -> None:
    studio.run()
    studio.gates[gate] = "auto"
    studio.send(tmp_path / "out")
    (job,) = studio.jobs("ep01")
    pipeline.decide(job, gate, "en", "rejected", "mei", "too stiff")  # type: ignore[arg-type]
    sent = studio.send(tmp_path / "out", prune=True)
    kept = {one.name: one.why for one in sent.kept}
    assert kept["en/001.mp4"] == "held: rejected by mei: too stiff"
    assert (tmp_path / "out" / VIDEO).exists()
    assert {file.name for file in sent.manifest.files} == {"th/001.mp4", "th/001.srt", "th/001.vtt"}


def test_what_waits_again_is_never_pruned_whatever_kind_of_file_it_is(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.run(METADATA)
    before = studio.send(tmp_path / "out", titles=True)
    studio.gates["translation"] = "required"
    sent = studio.send(tmp_path / "out", titles=True, prune=True)
    assert (sent.removed, sent.manifest.files) == ((), ())
    assert {one.name for one in sent.kept} == {file.name for file in before.manifest.files}
    assert {one.why for one in sent.kept} == {"held: waits for review"}
    subprocess.run(["sha256sum", "-c", "checksums.sha256"], cwd=tmp_path / "out/tide", check=True, capture_output=True)


def test_a_text_that_was_edited_since_is_not_delivered_until_it_was_rendered(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.send(tmp_path / "out")
    studio.edit("ep01", "en", "Kneel!", "Kneel now!")
    sent = studio.send(tmp_path / "out")
    assert "changed since it was laid out" in _why(sent)["ep01", "en"]
    assert b"Kneel!" in (tmp_path / "out" / SIDECAR).read_bytes()
    studio.run()
    sent = studio.send(tmp_path / "out")
    assert set(sent.replaced) == {"en/001.mp4", "en/001.srt", "en/001.vtt", "mul/001.mkv", "mul/001.mp4"}
    assert set(sent.unchanged) == {"th/001.mp4", "th/001.srt", "th/001.vtt"}
    assert b"Kneel now!" in (tmp_path / "out" / SIDECAR).read_bytes()


def test_a_master_that_lags_behind_its_layout_is_named_and_the_rest_goes_out(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.edit("ep01", "en", "Kneel!", "Kneel now!")
    (job,) = studio.jobs("ep01")
    for step in ("fit", "check", "sidecar"):
        pipeline.run_unit(job, pipeline.Unit(step, "ep01", ("en", "th")))
    sent = studio.send(tmp_path / "out")
    held = {(one.locale, one.kind): one.error.message for one in sent.held}
    assert held["en", "burn"] == "renders/en.mp4 shows an older text"
    assert held["mul", "mux"] == "ep01.multi.mkv shows an older text"
    assert "en/001.srt" in sent.written
    assert "en/001.mp4" not in sent.written


def test_a_sidecar_that_was_changed_by_hand_passed_no_gate(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    path = studio.workspace / "tide/ep01" / subtitle_file("en", "srt")
    path.write_text(path.read_text(encoding="utf-8").replace("Kneel", "Crawl"), encoding="utf-8")
    sent = studio.send(tmp_path / "out")
    assert "subtitles/en.srt was changed by hand" in _why(sent)["ep01", "en"]
    assert "en/001.srt" not in {file.name for file in sent.manifest.files}


def test_another_cut_of_the_media_holds_the_whole_episode(studio: Studio, tmp_path: Path, media: object) -> None:
    studio.run()
    with (tmp_path / "ep01.mp4").open("ab") as file:
        file.write(b"more")
    sent = studio.send(tmp_path / "out")
    assert sent.manifest.files == ()
    assert "another file" in _why(sent)["ep01", None]


def test_media_in_the_archive_keep_nothing_from_being_delivered(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    (tmp_path / "ep01.mp4").unlink()
    assert len(studio.send(tmp_path / "out").written) == 8


def test_an_episode_that_never_ran_says_what_to_type(studio: Studio, tmp_path: Path) -> None:
    shutil.rmtree(studio.workspace)
    (held,) = studio.send(tmp_path / "out").held
    assert str(held.error) == f"deliver ep01: nothing was made yet; next: localize run {studio.manifest}"


def test_what_is_no_longer_wanted_is_named_and_goes_only_when_asked(studio: Studio, tmp_path: Path) -> None:
    studio.episodes = {"ep01": "归来", "ep02": ""}
    studio.run()
    studio.send(tmp_path / "out")
    del studio.episodes["ep02"]
    sent = studio.send(tmp_path / "out")
    gone = {"en/002.mp4", "en/002.srt", "en/002.vtt", "th/002.mp4", "th/002.srt", "th/002.vtt", "mul/002.mkv",
            "mul/002.mp4"}  # fmt: skip
    assert {(one.name, one.why) for one in sent.kept} == {(name, "no longer wanted") for name in gone}
    assert gone <= _files(tmp_path / "out/tide")
    sent = studio.send(tmp_path / "out", prune=True, dry_run=True)
    assert set(sent.removed) == gone <= _files(tmp_path / "out/tide")
    (tmp_path / "out/tide/en/notes.txt").write_text("mine")
    sent = studio.send(tmp_path / "out", prune=True)
    assert (set(sent.removed), sent.kept) == (gone, ())
    assert not gone & _files(tmp_path / "out/tide")
    assert (tmp_path / "out/tide/en/notes.txt").exists()


def test_a_delivery_of_some_locales_leaves_the_others_as_they_were(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.run(METADATA)
    whole = studio.send(tmp_path / "out", titles=True).manifest
    part = studio.send(tmp_path / "out", to=("th",), titles=True, prune=True)
    assert (part.manifest, part.removed) == (whole, ())
    fewer = studio.send(tmp_path / "out", files=("sidecar",), prune=True)
    assert fewer.manifest == whole


def test_another_template_moves_everything_and_names_what_it_left(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.send(tmp_path / "out")
    sent = studio.send(tmp_path / "out", template="{series}/{id}/{locale}.{ext}", prune=True)
    assert len(sent.written) == len(sent.removed) == 8
    assert _files(tmp_path / "out/tide") >= {"ep01/en.mp4", "ep01/mul.mkv"}
    with pytest.raises(InputError, match="gives two files one name"):
        studio.send(tmp_path / "out", template="{series}/{id}.{ext}")


def test_ids_that_differ_in_capitals_only_cannot_name_files(studio: Studio, tmp_path: Path) -> None:
    studio.episodes = {"EP01": "", "ep01": ""}
    studio.run()
    with pytest.raises(InputError, match="gives two files one name"):
        studio.send(tmp_path / "out", template="{series}/{locale}/{id}.{ext}")
    assert not (tmp_path / "out").exists()


def test_two_series_share_a_folder_only_where_their_names_tell_them_apart(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.send(tmp_path / "out", template="{locale}/{episode}.{ext}")
    manifest = tmp_path / "out/delivery.json"
    manifest.write_text(manifest.read_text().replace('"tide"', '"ebb"'))
    with pytest.raises(InputError, match="holds the delivery of ebb"):
        studio.send(tmp_path / "out", template="{locale}/{episode}.{ext}")
    manifest.write_text("{")
    with pytest.raises(DeliveryError, match=r"delivery.json is damaged"):
        studio.send(tmp_path / "out", template="{locale}/{episode}.{ext}")


def test_the_workspace_is_no_place_to_deliver_to(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    (tmp_path / "link").symlink_to(studio.workspace)
    for where in (studio.workspace, studio.workspace / "out", tmp_path / "link" / "out"):
        with pytest.raises(InputError, match="lies in the workspace"):
            studio.send(where)
    with pytest.raises(InputError, match="lies in the workspace"):
        studio.send(tmp_path, template="workspace/{series}/{locale}/{episode}.{ext}")


def test_a_delivery_that_broke_off_goes_on_where_it_stopped(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.run()
    put, calls = Target.put, []

    def full(self: Target, name: str, *args: object) -> None:
        calls.append(name)
        if len(calls) == 4:
            raise DeliveryError("the disk is full", next_step="free space, then deliver again")
        put(self, name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Target, "put", full)
    with pytest.raises(DeliveryError, match=r"deliver ep01 \[th\]: the disk is full"):
        studio.send(tmp_path / "out")
    assert not (tmp_path / "out/tide/delivery.json").exists()
    monkeypatch.setattr(Target, "put", put)
    sent = studio.send(tmp_path / "out")
    assert (len(sent.unchanged), len(sent.written), len(sent.new)) == (3, 5, 8)


def test_a_file_that_changes_while_it_is_copied_is_held_and_the_others_go_out(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.run()
    source, put = studio.workspace / "tide/ep01/renders/en.mp4", Target.put

    def meanwhile(self: Target, name: str, *args: object) -> None:
        if name == "en/001.mp4":
            data = source.read_bytes()
            source.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        put(self, name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Target, "put", meanwhile)
    sent = studio.send(tmp_path / "out")
    assert _why(sent)["ep01", "en"] == "en/001.mp4 changed while it was copied"
    assert len(sent.written) == 7
    assert not (tmp_path / "out" / VIDEO).exists()


def test_a_delivered_file_that_somebody_damaged_is_replaced(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.send(tmp_path / "out")
    path = tmp_path / "out" / VIDEO
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert studio.send(tmp_path / "out").replaced == ("en/001.mp4",)


def test_a_file_system_far_away_is_trusted_unless_it_is_to_be_verified(studio: Studio) -> None:
    studio.run()
    where = f"memory://{uuid.uuid4()}"
    assert len(studio.send(where).written) == 8
    there = open_target(where)
    data = there.read(SIDECAR)
    assert data
    wrong = data.replace(b"Kneel", b"Crawl")
    there._fs.pipe_file(there._path(SIDECAR), wrong)
    assert studio.send(where).replaced == ()
    assert studio.send(where, verify=True).replaced == ("en/001.srt",)
    assert there.read(SIDECAR) == data


def test_only_one_delivery_of_a_series_runs_at_a_time(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localize import lease

    studio.run()
    monkeypatch.setattr(lease, "PATIENCE_S", 0.0)
    with lease.hold(studio.workspace / "tide/deliveries/locks", ("delivery",)), pytest.raises(LeaseHeld):
        studio.send(tmp_path / "out")


def test_titles_wait_at_their_own_gate_and_come_out_as_json_and_csv(studio: Studio, tmp_path: Path) -> None:
    studio.gates["translation"] = "required"
    (result,) = studio.run(METADATA)
    assert [(error.stage, error.locale) for error in result.waiting] == [("translation", "en"), ("translation", "th")]
    sent = studio.send(tmp_path / "out", titles=True)
    assert "waits for review" in _why(sent)[METADATA, "en"]
    pipeline.decide(studio.titles(), "translation", "en", "approved", "mei")
    sent = studio.send(tmp_path / "out", titles=True)
    assert set(sent.written) == {"metadata.json", "metadata/en.csv"}
    said = json.loads((tmp_path / "out/tide/metadata.json").read_bytes())["locales"]
    assert said == {
        "zh-Hans": {"title": "潮", "synopsis": "他回来了。", "episodes": {"ep01": "归来"}},
        "en": {"title": "Tide", "synopsis": "He is back.", "episodes": {"ep01": "The Return"}},
    }
    table = (tmp_path / "out/tide/metadata/en.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["field"], row["episode"], row["text"]) for row in rows] == [
        ("title", "", "Tide"), ("synopsis", "", "He is back."), ("title", "ep01", "The Return")
    ]  # fmt: skip


def test_a_title_that_changed_in_the_manifest_is_held_until_it_is_translated(studio: Studio, tmp_path: Path) -> None:
    studio.run(METADATA)
    studio.send(tmp_path / "out", titles=True)
    studio.translated["en"]["他走了。"], studio.translated["th"]["他走了。"] = "He left.", "เขาจากไปแล้ว"
    studio.synopsis = "他走了。"
    assert "other titles" in _why(studio.send(tmp_path / "out", titles=True))[METADATA, "en"]
    studio.run(METADATA)
    studio.send(tmp_path / "out", titles=True)
    assert b"He left." in (tmp_path / "out/tide/metadata.json").read_bytes()


def test_titles_that_are_named_alone_are_delivered_without_the_films(studio: Studio, tmp_path: Path) -> None:
    studio.run()
    studio.run(METADATA)
    made = shipment([studio.titles()])
    assert {file.kind for file in made.files.values()} == {"metadata"}
    assert {file.episode for file in shipment(studio.jobs()).files.values()} == {"ep01", METADATA}


def test_an_episode_cannot_take_the_folder_of_the_titles(studio: Studio) -> None:
    studio.episodes = {"metadata": ""}
    with pytest.raises(InputError, match="choose another episode id"):
        studio.jobs()
    studio.episodes = {"ep01": ""}
    studio.jobs()
    assert load(studio.manifest).episode[0].title == ""

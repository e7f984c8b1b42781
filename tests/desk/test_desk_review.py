"""What the pages of the desk read and send: lines, source, gates, comments, the board."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from localize import settings
from localize.cues import TargetTrack
from localize.decisions import Decision
from localize.desk import presence as presences
from localize.desk.app import Settings, create_app
from localize.desk.refit import REFITS
from localize.desk.users import Users
from localize.drawing.safe_area import Rect
from localize.job import Job
from localize.picture.hardsub import Band, HardSubs, Shown
from localize.review import log
from localize.workspace import OCR, to_json
from tests.desk.conftest import Browser
from tests.desk.film import translated

EN, TH = "/series/tide/ep01/en", "/series/tide/ep01/th"
Sit = Callable[[str], Browser]


@pytest.fixture(scope="module")
def _once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tide")
    translated(root)
    return root


@pytest.fixture
def job(_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    from localize import pipeline
    from localize.engines.registry import Engines
    from localize.series import load

    monkeypatch.setenv("LOCALIZE_MEMORY", str(tmp_path / "memory.sqlite"))
    root = tmp_path / "tide"
    shutil.copytree(_once, root)
    series = load(root / "series.toml")
    return pipeline.jobs(series, root / "workspace", pipeline.options(series), Engines())[0]


@pytest.fixture
def sit(job: Job, users: Users) -> Sit:
    app = create_app(job.series.manifest, settings=Settings(users.path))

    def seated(name: str) -> Browser:
        browser = Browser(app)
        assert browser.sign_in(name).status_code == 303
        return browser

    return seated


def page_data(browser: Browser, path: str) -> Any:
    answer = browser.get(path)
    assert answer.status_code == 200
    return json.loads(re.findall(r'id="data">(.*?)</script>', answer.text, re.DOTALL)[0])


def row(data: Any, cue_id: str) -> Any:
    return next(one for one in data["rows"] if one["id"] == cue_id)


def send(browser: Browser, path: str, body: object) -> Any:
    return browser.fetch(path, "POST", json=body)


def save(browser: Browser, path: str, cue_id: str, text: str, version: str, **more: object) -> Any:
    return send(browser, f"{path}/lines", {"edits": [{"id": cue_id, "text": text, "version": version}]} | more)


def texts(job: Job, tag: str) -> dict[str, str]:
    return job.workspace.need(TargetTrack, f"targets/{tag}.json").text_of()


def test_a_page_shows_every_line_and_script_tags_in_them_inert(sit: Sit) -> None:
    lena = sit("lena")
    answer = lena.get(EN)
    assert [one["id"] for one in page_data(lena, EN)["rows"]] == [f"c{n:04d}" for n in range(1, 7)]
    assert "<script>alert" not in answer.text
    assert "<b>你是谁" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def test_a_save_answers_with_the_row_and_a_second_one_of_the_old_version_with_a_clash(sit: Sit, job: Job) -> None:
    lena, ravi = sit("lena"), sit("ravi")
    version = row(page_data(lena, TH), "c0001")["version"]
    page_data(ravi, TH)
    (mine,) = save(lena, TH, "c0001", "ลง", version).json()["rows"]
    assert (mine["text"], mine["state"], mine["editor"]) == ("ลง", "edited", "lena")
    answer = save(ravi, TH, "c0001", "คุก", version).json()
    assert answer["clashes"] == [
        {"id": "c0001", "mine": "คุก", "theirs": "ลง", "version": mine["version"], "by": "lena"}
    ]
    assert texts(job, "th")["c0001"] == "ลง"
    assert [event.what for event in log.read(job.workspace, "th")] == ["edit", "clash"]


def test_a_stale_tab_approves_nothing_that_it_has_not_seen(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    version = row(page_data(lena, EN), "c0001")["version"]
    save(lena, EN, "c0001", "Down!", version)
    answer = send(lena, f"{EN}/approve", {"versions": {"c0001": version}}).json()
    assert [clash["theirs"] for clash in answer["clashes"]] == ["Down!"]
    assert not job.workspace.need(TargetTrack, "targets/en.json").lines[0].approved


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [("vera", TH, 403), ("ravi", EN, 403), ("ravi", TH, 200), ("lena", EN, 200)],
)
def test_everybody_edits_only_what_their_role_covers(sit: Sit, name: str, path: str, status: int) -> None:
    browser = sit(name)
    version = row(page_data(browser, path), "c0001")["version"]
    assert save(browser, path, "c0001", "x", version).status_code == status
    assert send(browser, f"{path}/undo", {}).status_code in ({status} if status == 200 else {403, 422})
    for what, body in (
        ("approve", {"versions": {"c0001": version}}),
        ("comments", {"id": "c0001", "text": "?"}),
        ("learn", {"as": "line", "cue": "c0001", "version": version}),
    ):
        assert send(browser, f"{path}/{what}", body).status_code == status
    decision = {"gate": "translation", "verdict": "approved", "digest": "of another text"}
    assert send(browser, f"{path}/decide", decision).status_code == (409 if status == 200 else 403)


def test_only_a_lead_teaches_the_glossary_and_it_is_shown_first_what_that_changes(sit: Sit, job: Job) -> None:
    lesson = {"as": "term", "cue": "c0006", "source": "我回来", "target": "ผมกลับมา"}
    assert send(sit("ravi"), f"{TH}/learn", lesson).status_code == 403
    lena = sit("lena")
    shown = send(lena, f"{TH}/learn/preview", lesson).json()["html"]
    assert shown.count("made anew") >= 2
    assert not (job.series.root / "glossary" / "th.csv").exists()
    assert send(lena, f"{TH}/learn", lesson).json()["table"] == "th.csv"
    assert "我回来,ผมกลับมา" in (job.series.root / "glossary" / "th.csv").read_text(encoding="utf-8")


def test_an_unknown_episode_locale_or_cue_is_not_found(sit: Sit) -> None:
    lena = sit("lena")
    for path in ("/series/tide/ep09/en", "/series/tide/ep01/fr", "/series/nothing/ep01/en", f"{EN}/cue/c9999",
                 "/series/tide/ep01/..%2f..%2fetc/cue/c0001"):  # fmt: skip
        assert lena.get(path).status_code == 404


def test_a_split_of_the_source_reloads_the_page_and_its_undo_brings_the_old_line_back(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    seen = row(page_data(lena, EN), "c0004")
    answer = send(lena, f"{EN}/split", {"id": "c0004", "version": seen["sourceVersion"], "at": 4}).json()
    assert answer["reload"]
    rows = page_data(lena, EN)["rows"]
    assert [one["source"] for one in rows][3:5] == ["三年前", "我就是将军。"]
    assert "Three years ago I was the general." in lena.get(f"{EN}/cue/{answer['first']}").text
    version = row({"rows": rows}, answer["first"])["version"]
    assert save(lena, EN, answer["first"], "Three years ago", version).json()["clashes"] == []
    assert send(lena, f"{EN}/undo", {}).status_code == 200
    assert send(lena, f"{EN}/undo", {}).json()["reload"]
    assert row(page_data(lena, EN), "c0004")["text"] == "Three years ago I was the general."


def test_times_that_cannot_be_are_refused_in_words(sit: Sit) -> None:
    ravi = sit("ravi")
    seen = row(page_data(ravi, TH), "c0002")
    body = {"id": "c0002", "text": seen["source"], "start": 100, "end": 1000, "version": seen["sourceVersion"]}
    answer = send(ravi, f"{TH}/source", body)
    assert answer.status_code == 422
    assert "shown together with c0001" in answer.json()["error"]


def test_a_poll_brings_only_what_has_changed_since(sit: Sit) -> None:
    lena, ravi = sit("lena"), sit("ravi")
    data = page_data(lena, TH)
    same = lena.fetch(f"{TH}/state?rev={data['revision']}&cue=c0001").json()
    assert "rows" not in same
    assert [one["name"] for one in ravi.fetch(f"{TH}/state?rev={data['revision']}").json()["here"]] == ["lena"]
    page_data(ravi, TH)
    save(ravi, TH, "c0003", "ใคร", row(data, "c0003")["version"])
    answer = lena.fetch(f"{TH}/state?rev={data['revision']}").json()
    assert [one["id"] for one in answer["rows"]] == ["c0003"]


def test_findings_follow_an_edit_without_being_asked_for(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    save(lena, EN, "c0001", "龙王!", row(page_data(lena, EN), "c0001")["version"])
    desk_job = lena.client.app.state.desk.job("tide", "ep01")  # type: ignore[attr-defined]
    waited_s = time.monotonic() + 30
    while REFITS.pending(desk_job, "en") and time.monotonic() < waited_s:
        time.sleep(0.05)
    assert "untranslated" in lena.get(EN).text


def test_a_comment_stays_open_until_somebody_resolves_it(sit: Sit) -> None:
    lena, ravi = sit("lena"), sit("ravi")
    page_data(lena, TH), page_data(ravi, TH)
    said = "<img src=x onerror=alert(1)> sure?"
    (answered,) = send(lena, f"{TH}/comments", {"id": "c0002", "text": said, "to": "ravi"}).json()["rows"]
    assert "1 comment" in answered["html"]
    panel = ravi.get(f"{TH}/cue/c0002").text
    assert "&lt;img src=x" in panel
    assert "<img" not in panel
    comment = re.search(r'data-comment="([^"]+)"', panel)
    assert comment
    (resolved,) = send(ravi, f"{TH}/comments/resolve", {"id": comment[1]}).json()["rows"]
    assert "comment" not in resolved["html"]


def test_a_decision_is_about_what_was_seen(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    data = page_data(lena, EN)
    digest = lena.fetch(f"{EN}/gate/translation").json()["digest"]
    save(lena, EN, "c0001", "Down!", row(data, "c0001")["version"])
    body = {"gate": "translation", "verdict": "rejected", "comment": "no", "cues": [["c0002", "wrong name"]]}
    assert send(lena, f"{EN}/decide", body | {"digest": digest}).status_code == 409
    now = lena.fetch(f"{EN}/gate/translation").json()["digest"]
    assert send(lena, f"{EN}/decide", body | {"digest": now}).json()["verdict"] == "rejected"
    assert job.workspace.need(Decision, "decisions/translation.en.json").reviewer == "lena"
    assert "wrong name" in lena.get(f"{EN}/cue/c0002").text


def test_many_are_approved_with_one_confirmation_but_not_what_was_edited_meanwhile(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    lena.get("/")
    cells = ["tide/ep01/en/translation", "tide/ep01/th/translation"]
    asked = lena.client.post(
        "/approve",
        data={"csrf": lena.token, "cell": cells},
        headers={"origin": "http://desk.test", "accept": "text/html"},
    )
    confirmed = re.findall(r'name="cell" value="([^"]+@[^"]+)"', asked.text)
    assert len(confirmed) == 2
    save(lena, EN, "c0001", "Down!", row(page_data(lena, EN), "c0001")["version"])
    done = lena.client.post(
        "/approve/confirmed",
        data={"csrf": lena.token, "cell": confirmed},
        headers={"origin": "http://desk.test", "accept": "text/html"},
    )
    assert "One approved" in done.text
    assert "nothing was decided" in done.text
    assert job.workspace.exists("decisions/translation.th.json")
    assert not job.workspace.exists("decisions/translation.en.json")


def test_a_reviewer_cannot_approve_another_locale_from_the_board(sit: Sit) -> None:
    ravi = sit("ravi")
    assert ravi.get("/").text.count('name="cell"') == 2
    assert ravi.submit("/approve", cell="tide/ep01/en/translation").status_code == 403


def test_a_locale_whose_transcript_waits_is_not_approved_and_what_to_do_is_said(sit: Sit, job: Job) -> None:
    text = job.series.manifest.read_text(encoding="utf-8")
    job.series.manifest.write_text(f'{text}[gates]\ntranscript = "required"\n', encoding="utf-8")
    lena = sit("lena")
    board = lena.get("/").text
    assert 'name="cell"' not in board
    assert "The transcript of these episodes waits for a person." in board
    assert '<a href="/series/tide/ep01/ar">ep01</a>' in board
    asked = lena.submit("/approve", cell="tide/ep01/en/translation").text
    assert "its transcript waits for a person: open it, choose Decide…" in asked
    assert 'name="cell"' not in asked


@pytest.mark.parametrize(("name", "tag"), [("lena", "en"), ("ravi", "th"), ("vera", "en")])
def test_a_link_that_names_only_an_episode_leads_to_the_locale_that_waits_for_its_reader(
    sit: Sit, name: str, tag: str
) -> None:
    link = urlsplit(settings.desk_page("tide", "ep01")).path
    answer = sit(name).get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}/{tag}")


def test_such_a_link_leads_nowhere_where_there_is_no_such_episode(sit: Sit) -> None:
    lena = sit("lena")
    assert lena.get("/series/tide/ep09").status_code == 404
    assert lena.get("/series/nobody/ep01").status_code == 404
    assert lena.get("/series/tide/replace").status_code == 200


def test_burned_in_text_is_covered_where_a_master_covers_it(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    assert page_data(lena, EN)["covers"] == []
    shown = Shown(300, 2000, "跪下！", Rect(90, 320, 180, 344), confidences=(0.9, 0.9, 0.9))
    read = HardSubs((Band(0.66, 0.72, "#ffffff", 0.05, 1, 0, 14_000),), "", (shown,))
    job.workspace.path(OCR).write_bytes(to_json(read))
    (cover,) = page_data(lena, EN)["covers"]
    assert (cover["start"] <= 300, cover["end"] >= 2000, cover["method"]) == (True, True, "blur")
    assert cover["left"] <= 90
    assert cover["left"] + cover["width"] >= 180


def test_a_fix_that_two_findings_want_is_offered_once(sit: Sit, job: Job) -> None:
    path = job.workspace.path("findings/en.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    track = json.loads(job.workspace.path("targets/en.json").read_text(encoding="utf-8"))
    track["lines"][0] |= {"text": "On your knees, all of you, and do not dare to look up!", "by": "human"}
    job.workspace.path("targets/en.json").write_text(json.dumps(track), encoding="utf-8")
    fast = {"rule": "cps", "severity": "warning", "message": "too fast", "cue_id": "c0001"}
    path.write_text(json.dumps(found | {"findings": [fast, fast | {"message": "and again"}]}), encoding="utf-8")
    html = sit("lena").get(EN).text
    assert ("too fast" in html, "and again" in html) == (True, True)
    assert html.count('data-text="Kneel!"') == 1


def test_the_board_filters_by_state_locale_and_person(sit: Sit) -> None:
    lena = sit("lena")
    assert lena.get("/?state=todo").text.count('<th scope="row">ep') == 2
    assert lena.get("/?state=approved").text.count('<th scope="row">ep') == 0
    assert lena.get("/?locale=th").text.count('name="cell"') == 2
    assert lena.get("/?mine=true").text.count('<th scope="row">ep') == 0
    save(lena, EN, "c0001", "Down!", row(page_data(lena, EN), "c0001")["version"])
    assert lena.get("/?mine=true").text.count('<th scope="row">ep') == 1


def test_find_and_replace_changes_the_ticked_lines_of_several_locales(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    shown = lena.get("/series/tide/replace?text=!&replacement=!!&locales=en&locales=ar").text
    keys = re.findall(r'name="hit" value="([^"]+)"', shown)
    assert len(keys) == 2 * 3
    headers = {"origin": "http://desk.test", "accept": "text/html"}
    fields = {
        "csrf": lena.token,
        "text": "!",
        "replacement": "!!",
        "hit": [key for key in keys if key.startswith("ep01")],
    }
    assert "Replaced in 3 lines" in lena.client.post("/series/tide/replace", data=fields, headers=headers).text
    assert texts(job, "en")["c0001"] == "Kneel!!"
    ravi = sit("ravi")
    assert 'name="hit"' not in ravi.get("/series/tide/replace?text=!&replacement=!!&locales=en").text
    assert ravi.submit("/series/tide/replace", text="!", replacement="?", hit=keys[0]).status_code == 403


def test_the_history_shows_what_changed_and_takes_it_back(sit: Sit, job: Job) -> None:
    lena = sit("lena")
    save(lena, EN, "c0006", "I have <i>returned</i>.", row(page_data(lena, EN), "c0006")["version"])
    shown = lena.get(f"{EN}/history").text
    assert "&lt;i&gt;returned" in shown or "&lt;" in shown
    (event,) = re.findall(r'name="event" value="([^"]+)"', shown)
    assert lena.submit(f"{EN}/history", event=event).status_code == 303
    assert texts(job, "en")["c0006"] == "I am back."
    lines = [json.loads(one) for one in lena.get("/series/tide/audit.jsonl").text.splitlines()]
    assert [(one["episode"], one["what"], one["who"]["name"]) for one in lines] == [
        ("ep01", "edit", "lena"), ("ep01", "undo", "lena"),
    ]  # fmt: skip


def test_who_is_gone_is_forgotten() -> None:
    now = [0.0]
    here = presences.Presence(lambda: now[0])
    here.note(("tide", "ep01", "th"), "ravi", "c0001")
    now[0] = presences.GONE_S - 1
    here.note(("tide", "ep01", "th"), "lena")
    assert [one.name for one in here.at(("tide", "ep01", "th"))] == ["lena", "ravi"]
    now[0] += 2
    assert [one.name for one in here.at(("tide", "ep01", "th"))] == ["lena"]
    here.leave(("tide", "ep01", "th"), "lena")
    assert here.everywhere() == {}

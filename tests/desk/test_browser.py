"""The desk in Chromium: two people at two browsers, from signing in to approving."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from localize.cues import TargetTrack
from localize.decisions import Decision
from localize.desk.app import Settings, create_app
from localize.desk.users import Users
from localize.exchange.returned import MOST_BYTES
from localize.job import Job
from tests.desk.chromium import CHROMIUM
from tests.desk.conftest import PASSWORD
from tests.desk.film import entitled, translated
from tests.desk.test_desk_files import edited

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
EN, TH, AR = (f"/series/tide/ep01/{tag}" for tag in ("en", "th", "ar"))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """14 s of a moving pattern with a tone, 270x480."""
    path = tmp_path_factory.mktemp("video") / "ep01.mp4"
    pattern, tone = "testsrc=size=270x480:rate=25:duration=14", "sine=frequency=440:duration=14"
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        pattern,
        "-f",
        "lavfi",
        "-i",
        tone,
        "-c:v",
        "libx264",
    ]
    subprocess.run([*command, "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)], check=True)
    return path


@pytest.fixture
def job(tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("LOCALIZE_MEMORY", str(tmp_path / "memory.sqlite"))
    shutil.copy(video, tmp_path / "ep01.mp4")
    return translated(tmp_path)[0]


@pytest.fixture
def address(job: Job, users: Users) -> Iterator[str]:
    """A desk on a free port."""
    app = create_app(job.series.manifest, settings=Settings(users.path))
    server = uvicorn.Server(uvicorn.Config(app, port=0, http="h11", ws="none", lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        # A busy machine is no failure.
        playwright.expect.set_options(timeout=30_000)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


Seat = Callable[..., Any]


@pytest.fixture
def seat(chromium: Any, address: str) -> Iterator[Seat]:
    """Somebody at a browser of their own, signed in, at a page; scripts may neither fail nor be refused."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def seated(name: str, path: str = "/", **options: Any) -> Any:
        context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{error}"))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.goto(f"/login?next={path}")
        if page.url.endswith(f"/login?next={path}"):
            page.fill("[name=name]", name)
            page.fill("[name=password]", PASSWORD)
            page.click(".card .button.primary")
        page.wait_for_url(f"**{path}")
        return page

    yield seated
    for context in contexts:
        context.close()
    assert wrong == []


def text_of(job: Job, tag: str, cue_id: str) -> str:
    return job.workspace.need(TargetTrack, f"targets/{tag}.json").text_of()[cue_id]


def line(page: Any, cue_id: str) -> Any:
    return page.locator(f"#{cue_id} textarea")


def saved(page: Any) -> None:
    playwright.expect(page.locator("#sync")).to_have_text(re.compile("saved|checking"))


def drawn(page: Any) -> Any:
    return page.locator("#drawn .line")


def test_an_edit_is_drawn_over_the_video_before_it_is_saved_and_kept_after_it(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    page.press("body", "j")
    line(page, "c0001").fill("On your knees, all of you, and do not dare to look up!")
    playwright.expect(drawn(page).first).to_contain_text("On your knees")
    assert drawn(page).count() == 2, "broken as it will be burned"
    assert text_of(job, "en", "c0001") == "Kneel!"
    page.keyboard.press("Control+Enter")
    playwright.expect(page.locator("#live")).to_have_text("c0001 saved")
    playwright.expect(line(page, "c0002")).to_be_focused()
    assert text_of(job, "en", "c0001").startswith("On your knees")
    page.reload()
    playwright.expect(line(page, "c0001")).to_have_value(re.compile("On your knees"))


def test_the_reading_speed_moves_as_one_types(seat: Seat) -> None:
    page = seat("ravi", TH)
    speed = page.locator("#c0001 [data-speed]")
    before = speed.locator("output").inner_text()
    line(page, "c0001").fill("หนึ่ง" * 20)
    playwright.expect(speed).to_have_attribute("data-over", "yes")
    assert speed.locator("output").inner_text() != before


def test_a_title_is_measured_as_one_types_and_its_page_needs_no_film(seat: Seat, job: Job) -> None:
    entitled(job.series.root)
    page = seat("ravi", "/series/tide/metadata/th")
    title = page.locator("[id='episode.ep02']")
    playwright.expect(title.locator("output")).to_have_text("9/100 UTF-16 units")
    title.locator("textarea").fill("ก" * 101)
    playwright.expect(title.locator("output")).to_contain_text("1 too many")
    for key in ("Escape", "p", "x", "m", "g", "BracketLeft", "Space"):  # what a page with a film does by them
        page.keyboard.press(key)
    title.locator("textarea").focus()
    page.keyboard.press("Control+Enter")
    playwright.expect(title.locator(".finding")).to_contain_text("length", timeout=90_000)
    assert text_of(entitled(job.series.root), "th", "episode.ep02") == "ก" * 101


def test_two_people_who_save_one_line_see_both_texts_and_lose_neither(seat: Seat, job: Job) -> None:
    lena, ravi = seat("lena", TH), seat("ravi", TH)
    line(lena, "c0002").fill("ลีน่า")
    line(ravi, "c0002").fill("ราวี")
    lena.keyboard.press("Control+Enter")
    playwright.expect(lena.locator("#live")).to_have_text("c0002 saved")
    ravi.keyboard.press("Control+Enter")
    clash = ravi.locator("#c0002 .clash")
    playwright.expect(clash).to_contain_text("lena")
    playwright.expect(clash.locator("[data-mine]")).to_have_text("ราวี")
    playwright.expect(clash.locator("[data-theirs]")).to_have_text("ลีน่า")
    assert text_of(job, "th", "c0002") == "ลีน่า"
    clash.get_by_role("button", name="Take mine").click()
    playwright.expect(ravi.locator("#live")).to_have_text("c0002 saved")
    assert text_of(job, "th", "c0002") == "ราวี"


def test_what_was_typed_comes_back_after_a_crash_and_clashes_where_the_line_has_changed(seat: Seat, job: Job) -> None:
    page = seat("lena", TH)
    page.evaluate("() => { window.fetch = () => new Promise(() => {}) }")  # the desk is never reached again
    line(page, "c0001").fill("แรก")
    line(page, "c0002").fill("สอง")
    kept = page.context.storage_state()
    ravi = seat("ravi", TH)
    line(ravi, "c0002").fill("ของราวี")
    ravi.keyboard.press("Control+Enter")
    playwright.expect(ravi.locator("#live")).to_have_text("c0002 saved")
    again = seat("lena", TH, storage_state=kept)
    playwright.expect(line(again, "c0001")).to_have_value("แรก")
    playwright.expect(again.locator("#c0002 [data-theirs]")).to_have_text("ของราวี")
    playwright.expect(again.locator("#c0002 [data-mine]")).to_have_text("สอง")
    assert text_of(job, "th", "c0001") == "คุกเข่า!"


def test_undo_and_redo_work_by_keys_and_after_a_new_visit(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    line(page, "c0001").fill("Down!")
    page.keyboard.press("Control+Enter")
    playwright.expect(page.locator("#live")).to_have_text("c0001 saved")
    later = seat("lena", EN)
    later.press("body", "u")
    playwright.expect(line(later, "c0001")).to_have_value("Kneel!")
    assert text_of(job, "en", "c0001") == "Kneel!"
    later.keyboard.press("Shift+U")
    playwright.expect(line(later, "c0001")).to_have_value("Down!")


def test_keys_are_left_to_whoever_types(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    line(page, "c0001").fill("")
    line(page, "c0001").type("jaunx? /")
    playwright.expect(line(page, "c0001")).to_have_value("jaunx? /")
    playwright.expect(page.locator("#c0001")).to_have_attribute("data-state", "machine")
    page.keyboard.press("Escape")
    playwright.expect(page.locator("#c0001 .when")).to_be_focused()
    page.keyboard.press("?")
    playwright.expect(page.locator("#help")).to_be_visible()


def test_all_lines_but_the_picked_ones_are_approved_with_one_confirmation(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    for cue_id in ("c0002", "c0005"):
        page.locator(f"#{cue_id} [data-pick]").check()
    page.get_by_role("button", name="Approve all but 2").click()
    playwright.expect(page.locator("#bulk-list li")).to_have_count(4)
    page.get_by_role("button", name="Approve them").click()
    playwright.expect(page.locator("#approved")).to_have_text("4")
    track = job.workspace.need(TargetTrack, "targets/en.json")
    assert [line.id for line in track.lines if not line.approved] == ["c0002", "c0005"]


def test_the_board_approves_all_that_waits_but_what_was_unticked(seat: Seat, job: Job) -> None:
    page = seat("lena", "/")
    page.get_by_role("button", name="Select all waiting").click()
    for name in ("ep01 ar", "ep02 th", "ep02 ar"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_role("button", name="Approve selected").click()
    rows = page.locator("tbody tr")
    playwright.expect(rows).to_have_count(3)
    page.get_by_role("button", name="Approve all 3").click()
    playwright.expect(page.locator("h1")).to_have_text("3 approved")
    decision = job.workspace.need(Decision, "decisions/translation.en.json")
    assert (decision.verdict, decision.reviewer) == ("approved", "lena")
    assert not job.workspace.exists("decisions/translation.ar.json")


def test_arabic_is_written_from_right_to_left_and_its_page_is_english_or_chinese(seat: Seat) -> None:
    page = seat("lena", AR)
    area = line(page, "c0002")
    assert (area.get_attribute("dir"), area.get_attribute("lang")) == ("rtl", "ar")
    assert area.evaluate("area => getComputedStyle(area).direction") == "rtl"
    assert page.locator("#drawn").evaluate("one => getComputedStyle(one).direction") == "rtl"
    page.get_by_role("button", name="中文").click()
    playwright.expect(page.get_by_role("button", name="作出决定")).to_be_visible()


def test_a_viewer_sees_everything_and_edits_nothing(seat: Seat) -> None:
    page = seat("vera", EN)
    assert line(page, "c0001").get_attribute("readonly") is not None
    assert page.locator("[data-do=approve], [data-do=decide], [data-do=undo], [data-pick]").count() == 0
    page.press("body", "j")
    playwright.expect(page.locator("#panel h2")).to_have_text("c0001")


def test_who_else_is_here_can_be_seen(seat: Seat) -> None:
    lena = seat("lena", TH)
    ravi = seat("ravi", TH)
    line(ravi, "c0003").focus()
    playwright.expect(lena.locator("#here")).to_contain_text("ravi · c0003", timeout=15_000)
    lena.goto("/")
    playwright.expect(lena.locator(".board .person", has_text="ravi")).to_be_visible()


def test_a_split_asks_for_a_place_and_gives_two_cues_and_undo_takes_it_back(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    page.locator("#c0004 .when").click()
    source = page.locator("#source-text")
    playwright.expect(source).to_have_value("三年前，我就是将军。")
    source.evaluate("field => { field.focus(); field.setSelectionRange(4, 4) }")
    page.get_by_role("button", name="Split").click()
    playwright.expect(page.locator(".cue")).to_have_count(7)
    page.wait_for_load_state()
    page.press("body", "u")
    playwright.expect(page.locator(".cue")).to_have_count(6)
    playwright.expect(line(page, "c0004")).to_have_value("Three years ago I was the general.")


def test_a_line_is_decided_about_at_the_gate_with_a_comment_to_a_cue(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    page.locator("#c0003 [data-pick]").check()
    page.get_by_role("button", name="Decide").first.click()
    page.get_by_label("Reject, with comments").check()
    page.get_by_label("Comment to c0003").fill("He does not say that.")
    page.locator("#decide").get_by_role("button", name="Decide").click()
    playwright.expect(page.locator(".facts")).to_contain_text("waits for a person")
    playwright.expect(page.locator("#c0003 .comment")).to_be_visible()
    assert job.workspace.need(Decision, "decisions/translation.en.json").verdict == "rejected"


def test_the_video_plays_and_a_cue_is_played_to_its_end_by_keys(seat: Seat) -> None:
    page = seat("vera", EN)
    page.press("body", "j")
    page.keyboard.press("p")
    page.wait_for_function("() => !video.paused && video.currentTime > 0.4")
    page.wait_for_function("() => video.paused")
    assert 1.9 < page.evaluate("() => video.currentTime") < 2.4
    page.keyboard.press("Space")
    page.wait_for_function("() => !video.paused")


def test_a_cue_is_moved_by_keys_and_by_dragging_and_every_locale_sees_it(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    page.locator("#c0006 .when").click()
    page.keyboard.press("Shift+BracketRight")
    playwright.expect(page.locator("#live")).to_have_text("Source saved")
    assert job.source().cues[5].end_ms == 13_040
    box = page.locator("#timeline").bounding_box()
    first = job.source().cues[0]
    px_per_ms = 0.11
    page.evaluate("() => { video.currentTime = 0 }")
    page.wait_for_timeout(500)
    page.mouse.move(box["x"] + first.end_ms * px_per_ms, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + (first.end_ms - 400) * px_per_ms, box["y"] + 60, steps=4)
    page.mouse.up()
    playwright.expect(page.locator("#source-end")).to_have_value("1600")
    assert job.source().cues[0].end_ms == 1600


def test_one_click_puts_right_what_was_found(seat: Seat, job: Job) -> None:
    page = seat("lena", EN)
    line(page, "c0002").fill("Lin Fang is back.")
    page.keyboard.press("Control+Enter")
    fix = page.locator("#c0002 .fix").first
    playwright.expect(fix).to_contain_text("Lin Fan is back.", timeout=90_000)
    fix.click()
    playwright.expect(line(page, "c0002")).to_have_value("Lin Fan is back.")
    # The page says of the first save what it will say of this one: only the file tells when it was made.
    deadline = time.monotonic() + 30
    while text_of(job, "en", "c0002") != "Lin Fan is back." and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert text_of(job, "en", "c0002") == "Lin Fan is back."


def test_the_riskiest_lines_come_first_and_a_search_leaves_only_what_it_finds(seat: Seat) -> None:
    page = seat("lena", "/series/tide/ep02/en")
    page.get_by_role("button", name="riskiest first").click()
    assert page.locator(".cue").first.get_attribute("id") != "c0001"
    page.press("body", "/")
    page.keyboard.type("dragon")
    playwright.expect(page.locator(".cue:visible")).to_have_count(1)


def test_a_workbook_goes_out_is_edited_and_comes_back(seat: Seat, job: Job, tmp_path: Path) -> None:
    page = seat("ravi", TH)
    page.get_by_role("link", name="Files").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^XLSX")).click()
    book = tmp_path / download.value.suggested_filename
    download.value.save_as(book)
    book.write_bytes(edited(book.read_bytes(), {"c0001": "ลง!", "c0006": "ฉันกลับมา"}))
    before = job.workspace.need(TargetTrack, "targets/th.json")
    page.get_by_label("The edited file").set_input_files(book)
    page.get_by_role("button", name="Show what it would change").click()
    playwright.expect(page.get_by_role("region", name="2 edited lines").locator("tbody tr")).to_have_count(2)
    assert job.workspace.need(TargetTrack, "targets/th.json") == before
    page.get_by_role("button", name="Take in", exact=True).click()
    playwright.expect(page.get_by_role("status")).to_contain_text("2 lines taken in")
    page.get_by_role("link", name="ep01 · th").click()
    playwright.expect(line(page, "c0001")).to_have_value("ลง!")
    assert text_of(job, "th", "c0006") == "ฉันกลับมา"


def test_a_file_too_large_is_refused_before_it_is_sent(seat: Seat, tmp_path: Path) -> None:
    page = seat("ravi", f"{TH}/files")
    (tmp_path / "large.xlsx").write_bytes(bytes(MOST_BYTES + 1))
    file = page.get_by_label("The edited file")
    file.set_input_files(tmp_path / "large.xlsx")
    page.get_by_role("button", name="Show what it would change").click()
    assert file.evaluate("(input) => input.validationMessage") == "The file is too large: 32 MB are allowed."
    assert page.url.endswith("/files")
    playwright.expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", AR, f"{TH}/history", f"{TH}/files", "/series/tide/replace?text=a", "/login"])
def test_no_page_has_a_serious_violation_of_accessibility(seat: Seat, path: str, scheme: str) -> None:
    page = seat("lena", path if path != "/login" else "/", color_scheme=scheme)
    if path == AR:
        page.press("body", "j")
        playwright.expect(page.locator("#panel h2")).to_be_visible()
    # As an extension would: the page's own policy lets no script of others in.
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["target"] for node in one["nodes"]][:5])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []

"""The report: structure, escaping and sameness of the page, read with an HTML parser as a browser would."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from localize.adherence import TermUse
from localize.agreement import Agreement, Compared
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack
from localize.decisions import Decision
from localize.engines import ffmpeg
from localize.episode import AudioFacts, EpisodeState, MediaFacts, PictureFacts
from localize.findings import Finding, Findings
from localize.gates import decision_file, review_command, reviewed_digest, run_command
from localize.picture.hardsub import Band
from localize.rules import RULES
from localize.runs import RunRecord, RunUnit
from localize.series import Episode, Gates, Series
from localize.spending import Usage
from localize.stages import report
from localize.workspace import EpisodeWorkspace, to_json

TEXTS = {
    "en": ("The Dragon King has returned.", "Who dares to touch my daughter?"),
    "ar": ("لقد عاد ملك التنانين!", "من يجرؤ على لمس ابنتي؟"),
    "ja": ("龍王が帰ってきた。", "私の娘に触れる者は誰だ？"),
}
VOID = {"meta", "img", "br", "link", "input", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    content: list[Element | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        return [part for part in self.content if isinstance(part, Element)]

    @property
    def text(self) -> str:
        """As it is read: white space does not count."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        for part in self.content:
            if isinstance(part, str):
                yield part
            else:
                yield from part._pieces()

    def all(self, tag: str, **wanted: str) -> list[Element]:
        found = [self] if self.tag == tag and wanted.items() <= self.attributes.items() else []
        return found + [element for child in self.children for element in child.all(tag, **wanted)]

    def one(self, tag: str, **wanted: str) -> Element:
        (element,) = self.all(tag, **wanted)
        return element


class Page(HTMLParser):
    """A tree of the page; a tag that does not close is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open = [Element("document")]
        self.feed(html)
        self.close()
        assert len(self.open) == 1, f"<{self.open[-1].tag}> is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def page(html: str) -> Element:
    return Page(html).open[0]


def a_series(**changes: object) -> Series:
    plain = {
        "schema": 1, "id": "dragon", "title": "龙王归来 The Dragon King", "genre": "war-god",
        "locales": ["en", "ar", "ja", "vi"], "gates": {"transcript": "off", "translation": "off", "final": "off"},
        "episode": [{"id": "ep01", "file": "ep01.mp4"}], "manifest": "/series/series.toml",
    }  # fmt: skip
    return Series.model_validate(plain | changes)


FACTS = MediaFacts(
    digest="d", size_bytes=2_400_000, mtime_ns=0, duration_ms=14_200, width_px=720, height_px=1280, coded_width_px=1280,
    coded_height_px=720, rotation=90, sample_aspect="1:1", frame_rate="30000/1001", variable_rate=True, frames=426,
    video_codec="h264", pixel_format="yuv420p", colour_space="bt709", colour_transfer="bt709", colour_primaries="bt709",
    colour_range="tv", audio=AudioFacts("aac", 48_000, 2, 0), notes=("turned by 90 degrees & played upright",),
)  # fmt: skip
CUES = (Cue("c1", 500, 1500, "龙王回来了", confidence=0.934), Cue("c2", 2000, 4500, "谁敢动我女儿"))


def put(ws: EpisodeWorkspace, name: str, value: object) -> None:
    path = ws.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_json(value))


@pytest.fixture
def ws(tmp_path: Path) -> EpisodeWorkspace:
    """Two cues, three locales, no render; a person corrected the second line of `en`, starter models wrote the rest.

    `ar` has an error and an information, the source a warning; the only run took 2.5 + 1.5 s of translation.
    """
    ws = EpisodeWorkspace(tmp_path / "ep01")
    put(ws, "episode.json", EpisodeState(FACTS))
    put(ws, "source.json", SourceTrack("zh-Hans", CUES, next_id=3))
    for tag, (first, second) in TEXTS.items():
        drafts = (first, "Who dares?" if tag == "en" else second)
        lines = tuple(
            TargetLine(cue.id, text, "argos", draft=draft, flags=("starter",))
            for cue, text, draft in zip(CUES, (first, second), drafts, strict=True)
        )
        put(ws, f"targets/{tag}.json", TargetTrack(tag, lines))
        events = tuple(Event(c.start_ms, c.end_ms, line.text, (c.id,)) for c, line in zip(CUES, lines, strict=True))
        put(ws, f"layout/{tag}.json", Layout(tag, 720, 1280, "Noto Sans", 32, 60, 300, events))
        put(ws, f"findings/{tag}.json", Findings(tag))
        (ws.path("subtitles")).mkdir(exist_ok=True)
        for kind in ("srt", "vtt", "ass"):
            ws.path(f"subtitles/{tag}.{kind}").write_text(kind)
    put(
        ws,
        "findings/zh-Hans.json",
        Findings("zh-Hans", (Finding("overlap", "warning", "clipped at the next cue", "c1"),)),
    )
    put(
        ws,
        "findings/ar.json",
        Findings(
            "ar",
            (
                Finding("starter", "info", "written by a demonstration model"),
                Finding("reading-speed", "error", "characters per second", "c2", 21.456, 17.0),
            ),
        ),
    )
    units = (
        RunUnit("ingest", (), 0.2, (), ()),
        RunUnit("translate", ("en", "ar"), 2.5, ("en", "ar"), ()),
        RunUnit("translate", ("ja",), 1.5, ("ja",), ()),
    )
    put(ws, "runs/20250131T120000Z-7.json", RunRecord("20250131T120000Z", units))
    return ws


def built(ws: EpisodeWorkspace, series: Series | None = None, locales: tuple[str, ...] = ("en", "ar", "ja")) -> Element:
    series = series or a_series()
    return page(
        report.build(series, series.episode[0], ws, locales, frame=partial(ffmpeg.frame, folder=ws.folder)).html
    )


def cells(row: Element) -> list[str]:
    return [cell.text for cell in row.children if cell.tag in {"td", "th"}]


def test_the_page_names_series_episode_and_the_facts_of_its_media(ws: EpisodeWorkspace) -> None:
    html = built(ws)
    assert html.one("h1").text == "龙王归来 The Dragon King"
    facts = html.one("section", id="facts").text
    assert "00:14.200" in facts
    assert "720 × 1280 px (stored as 1280 × 720)" in facts
    assert "29.97 fps, variable in the file" in facts
    assert "turned by 90 degrees & played upright" in facts


def test_starter_lines_are_called_a_demonstration_and_a_corrected_line_is_not_counted(ws: EpisodeWorkspace) -> None:
    assert built(ws).one("aside", id="starter").text == (
        "Starter packages wrote 5 of 6 lines: a demonstration, not a translation to publish. "
        "For real work: localize models install"
    )


def test_without_starter_lines_there_is_no_such_box(ws: EpisodeWorkspace) -> None:
    put(
        ws, "targets/en.json", TargetTrack("en", (TargetLine("c1", "Hello", "argos"), TargetLine("c2", "You", "argos")))
    )
    assert built(ws, locales=("en",)).all("aside") == []


def test_each_locale_shows_who_wrote_it_its_findings_gates_and_files(ws: EpisodeWorkspace) -> None:
    rows = [cells(row) for row in built(ws).one("section", id="locales").one("tbody").all("tr")]
    assert rows[0] == ["English en", "argos 1, human 1 starter", "0", "0", "off", "off", "srt vtt ass"]
    assert rows[1][0] == "Arabic ar"
    assert rows[1][2] == "1"


def test_files_are_linked_relative_to_the_report(ws: EpisodeWorkspace) -> None:
    links = [a.attributes["href"] for a in built(ws).one("section", id="locales").all("a")]
    assert "subtitles/ar.vtt" in links
    assert all(link and ws.path(link).exists() for link in links)


def test_a_locale_without_an_engine_is_named_with_what_to_configure(ws: EpisodeWorkspace) -> None:
    locales = built(ws).one("section", id="locales").text
    assert "Vietnamese (vi): Vietnamese has no Argos package; leave vi out with --to" in locales


def test_findings_come_with_the_worst_first_and_information_folded_away(ws: EpisodeWorkspace) -> None:
    section = built(ws).one("section", id="findings")
    grave, light = section.all("tbody")
    assert [cells(row) for row in grave.all("tr")] == [
        ["error", "reading-speed", "ar", "c2", "00:02.000", "characters per second", "21.46", "17"],
        ["warning", "overlap", "zh-Hans", "c1", "00:00.500", "clipped at the next cue", "", ""],
    ]
    assert [cells(row)[:3] for row in light.all("tr")] == [["info", "starter", "ar"]]
    assert section.one("summary").text == "1 for information"


def test_the_heat_map_has_a_heading_a_legend_and_every_rule_in_words(ws: EpisodeWorkspace) -> None:
    section = built(ws).one("section", id="heat")
    (heading,) = section.all("h2")
    assert section.attributes["aria-labelledby"] == heading.attributes["id"]
    assert section.one("table").attributes["aria-labelledby"] == heading.attributes["id"]
    assert [mark.text for mark in section.one("p").all("span")] == ["error", "warning", "info"]
    rules = [row.one("th", scope="row") for row in section.one("tbody").all("tr")]
    assert rules
    for rule in rules:
        meaning = next((known.meaning for known in RULES if known.id == rule.one("code").text), None)
        assert [span.text for span in rule.all("span")] == ([meaning] if meaning else [])


def test_without_findings_there_is_no_heat_map(ws: EpisodeWorkspace) -> None:
    for path in ws.path("findings").iterdir():
        path.unlink()
    assert built(ws).all("section", id="heat") == []


def test_lines_stand_beside_their_source_with_language_and_direction_marked(ws: EpisodeWorkspace) -> None:
    source, _, arabic, _ = built(ws).one("section", id="lines").all("details")
    assert cells(source.all("tr")[1]) == ["c1", "00:00.500 – 00:01.500", "龙王回来了", "speech", "93 %"]
    first, second = arabic.all("td", lang="ar", dir="rtl")
    assert (first.text, second.text) == TEXTS["ar"]
    assert [cell.text for cell in arabic.all("td", lang="zh-Hans", dir="ltr")] == [cue.text for cue in CUES]


def test_every_table_has_scoped_headers_and_every_picture_a_text(ws: EpisodeWorkspace) -> None:
    html = built(ws)
    assert html.one("html").attributes["lang"] == "en"
    assert all(head.attributes.get("scope") in {"col", "row"} for head in html.all("th"))
    assert all(image.attributes.get("alt") for image in html.all("img"))


def test_where_the_text_comes_from_and_how_other_readings_bear_it_out_is_shown(ws: EpisodeWorkspace) -> None:
    band = Band(0.683, 0.744, "#fffdff", 0.036, 2, 0, 14_200)
    put(ws, "episode.json", EpisodeState(FACTS, PictureFacts((band,))))
    compared = Compared("speech", 5, 4, 3, 0.98765, 1)
    put(ws, "agreement.json", Agreement("ocr", "found at 68 to 74 % of the height", (compared,)))
    section = built(ws).one("section", id="source")
    assert "Burned-in subtitles: found at 68 to 74 % of the height." in section.text
    assert "Band 68.3 to 74.4 % of the height, 00:00.000 – 00:14.200, up to 2 lines" in section.text
    assert cells(section.all("tr")[1]) == ["Speech", "4 of 5", "3", "98.7 %", "1"]
    series = a_series()
    summary = report.markdown(series, series.episode[0], ws, ("en",))
    assert "speech has 4 of 5 lines, 3 word for word" in summary


def test_without_a_band_the_report_says_why(ws: EpisodeWorkspace) -> None:
    put(ws, "episode.json", EpisodeState(FACTS, PictureFacts(reason="no text changes as subtitles do")))
    put(ws, "agreement.json", Agreement("file", "ep01.zh.srt came with the episode"))
    section = built(ws).one("section", id="source")
    assert "Burned-in subtitles: no text changes as subtitles do." in section.text
    assert "There is no other reading to hold it against." in section.text


def test_a_finding_shows_the_part_of_the_picture_that_it_is_about(ws: EpisodeWorkspace) -> None:
    ws.path("crops").mkdir()
    Image.new("RGB", (320, 60), "navy").save(ws.path("crops/c1.jpg"))
    note = Finding("readings-differ", "warning", "shown '龙', heard '农'", "c1", picture="crops/c1.jpg")
    gone = Finding("readings-differ", "warning", "shown '王', heard '忘'", "c2", picture="crops/c2.jpg")
    put(ws, "findings/zh-Hans.json", Findings("zh-Hans", (note, gone)))
    (picture,) = built(ws).one("section", id="findings").all("img")
    assert (picture.attributes["src"] or "").startswith("data:image/jpeg;base64,")


def test_timings_are_those_of_the_last_run_added_per_step_without_what_was_found_done(ws: EpisodeWorkspace) -> None:
    section = built(ws).one("section", id="timings")
    assert "2025-01-31 12:00 UTC" in section.text
    assert [cells(row) for row in section.one("tbody").all("tr")] == [["translate", "2", "4.0", "0"]]


def test_markup_in_title_cues_lines_and_findings_stays_text(ws: EpisodeWorkspace) -> None:
    evil = "<script>alert(1)</script>"
    put(ws, "source.json", SourceTrack("zh-Hans", (Cue("c1", 0, 900, evil),), next_id=2))
    put(ws, "targets/en.json", TargetTrack("en", (TargetLine("c1", f'"{evil}', "argos"),)))
    found = Finding("x", "error", f"What {evil}", "c1", f"got {evil}", f"wanted {evil}")
    put(ws, "findings/en.json", Findings("en", (found,)))
    html = built(ws, a_series(title=evil), ("en",))
    assert html.all("script") == []
    assert html.one("h1").text == html.one("title").text.removesuffix(" · ep01") == evil
    assert html.text.count(evil) == 8


def with_terms(ws: EpisodeWorkspace) -> None:
    """战神 twice and 龙王 once: all kept in `en`, one lost in `ar`, which has no target of its own for 龙王."""
    god, king = TermUse("战神", "God of War", 2, 0, {"placeholder": 1, "person": 1}), ("龙王", "Dragon King", 1, 0)
    put(ws, "findings/en.json", Findings("en", terms=(TermUse(*king, {"placeholder": 1}), god)))
    ar = (TermUse(*king, {"plain": 1}, borrowed=True), TermUse("战神", "سيد الحرب", 2, 1, {"code-switch": 1}))
    put(ws, "findings/ar.json", Findings("ar", terms=ar))


def test_terms_stand_in_one_table_with_what_every_locale_says_the_most_frequent_first(ws: EpisodeWorkspace) -> None:
    with_terms(ws)
    section = built(ws).one("section", id="terms")
    assert "83.3 % of the terms are rendered as the glossaries ask: 5 of 6" in section.text
    assert [cells(row) for row in section.one("table", **{"class": "terms"}).one("tbody").all("tr")] == [
        ["战神", "2 ×", "en God of War ar سيد الحرب missing 1 of 2 ×"],
        ["龙王", "1 ×", "en Dragon King ar Dragon King English"],
    ]
    (lost,) = section.all("li", **{"class": "lost"})
    assert lost.one("bdi").attributes == {"lang": "ar", "dir": "rtl"}
    assert [cells(row) for row in section.one("details").one("tbody").all("tr")] == [
        ["English en", "100 %", "3 of 3", "0", "placeholder 2, person 1"],
        ["Arabic ar", "66.6 %", "2 of 3", "1", "plain 1, code-switch 1"],
    ]


def test_adherence_stands_beside_the_findings_of_each_locale_where_there_are_terms(ws: EpisodeWorkspace) -> None:
    with_terms(ws)
    rows = [cells(row) for row in built(ws).one("section", id="locales").one("tbody").all("tr")]
    assert [row[4] for row in rows] == ["100 %", "66.6 %", ""]


def test_an_episode_without_terms_has_no_term_table(ws: EpisodeWorkspace) -> None:
    assert built(ws).all("section", id="terms") == []


def test_a_share_is_never_rounded_up_to_all(ws: EpisodeWorkspace) -> None:
    put(ws, "findings/en.json", Findings("en", terms=(TermUse("战神", "God of War", 9999, 1, {}),)))
    assert "99.9 % of the terms" in built(ws, locales=("en",)).one("section", id="terms").text


def test_the_summary_names_the_terms_that_are_missing(ws: EpisodeWorkspace) -> None:
    with_terms(ws)
    series = a_series()
    text = report.markdown(series, series.episode[0], ws, ("en", "ar"))
    assert "Terms: 83.3 % of 6 rendered as the glossaries ask" in text
    assert "- **ar** 战神: سيد الحرب is missing 1 of 2 times" in text


def test_what_was_paid_for_is_told_per_locale_and_in_all(ws: EpisodeWorkspace) -> None:
    costs = {"en": Usage(3, 12_000, 900, 0.0125, "USD"), "ar": Usage(1, 5000, 300, None, "", estimated=True)}
    units = (RunUnit("translate", ("en", "ar"), 2.5, ("en", "ar"), (), costs),)
    put(ws, "runs/20250201T120000Z-8.json", RunRecord("20250201T120000Z", units))
    section = built(ws).one("section", id="costs")
    assert "together: 0.0125 USD" in section.text
    assert [cells(row) for row in section.one("tbody").all("tr")] == [
        ["en", "3", "12,000", "900", "0.0125 USD"],
        ["ar", "1", "5,000", "300", "no prices estimated"],
    ]


def test_nothing_paid_for_is_not_worth_a_table(ws: EpisodeWorkspace) -> None:
    assert built(ws).all("section", id="costs") == []


def test_the_page_asks_no_other_host_for_anything(ws: EpisodeWorkspace) -> None:
    series = a_series()
    html = report.build(series, series.episode[0], ws, ("en",), frame=partial(ffmpeg.frame, folder=ws.folder)).html
    assert "http" not in html
    assert "url(" not in html


def test_the_same_workspace_gives_the_same_page(ws: EpisodeWorkspace) -> None:
    series = a_series()
    first, second = (
        report.build(series, series.episode[0], ws, ("en", "ar"), frame=partial(ffmpeg.frame, folder=ws.folder))
        for _ in range(2)
    )
    assert first == second


def test_what_waits_at_a_gate_for_one_reason_is_shown_with_one_command_to_type(ws: EpisodeWorkspace) -> None:
    series = a_series(gates={"transcript": "off", "translation": "required", "final": "auto"})
    decision = Decision(
        "translation", "approved", "Li Na", "2025-01-31T12:00:00Z", reviewed_digest(series, ws, "translation", "en")
    )
    put(ws, decision_file("translation", "en"), decision)
    html = built(ws, series)
    english, arabic, _ = (cells(row) for row in html.one("section", id="locales").one("tbody").all("tr"))
    assert english[4:6] == ["approved by Li Na", "passed by itself"]
    assert arabic[4:6] == ["waits for review", "not reached"]
    commands = [code.text for code in html.one("section", id="waiting").all("code")]
    assert commands == [
        review_command(series, series.episode[0], "translation", ["ar", "ja"], ws),
        run_command(series, ws),
    ]


def test_a_file_that_shows_an_older_text_is_called_out_of_date(ws: EpisodeWorkspace) -> None:
    series, stale = a_series(), {"subtitles/en.srt", "ep01.multi.mkv"}
    ws.path("ep01.multi.mkv").write_text("mkv")
    html = page(
        report.build(
            series, series.episode[0], ws, ("en", "ar"), stale=stale, frame=partial(ffmpeg.frame, folder=ws.folder)
        ).html
    )
    english, arabic = (cells(row) for row in html.one("section", id="locales").one("tbody").all("tr"))
    assert (english[6], arabic[6]) == ("srt out of date vtt ass", "srt vtt ass")
    assert "multi mkv 0.1 kB out of date" in html.one("section", id="locales").text
    text = report.markdown(series, series.episode[0], ws, ("en", "ar"), stale=stale)
    assert "| srt (out of date), vtt, ass |" in text


def test_files_of_an_older_text_alone_reach_no_final_gate(ws: EpisodeWorkspace) -> None:
    series = a_series(gates={"transcript": "off", "translation": "off", "final": "required"})
    stale = {"subtitles/en.srt", "subtitles/en.vtt"}
    html = page(
        report.build(
            series, series.episode[0], ws, ("en", "ar"), stale=stale, frame=partial(ffmpeg.frame, folder=ws.folder)
        ).html
    )
    english, arabic = (cells(row) for row in html.one("section", id="locales").one("tbody").all("tr"))
    assert (english[5], arabic[5]) == ("not reached", "waits for review")


def test_an_episode_whose_transcription_failed_still_has_a_page(tmp_path: Path) -> None:
    ws = EpisodeWorkspace(tmp_path)
    put(ws, "episode.json", EpisodeState(FACTS))
    html = built(ws, a_series(gates=Gates().model_dump()), ())
    assert "No locale was begun yet." in html.text
    assert html.all("section", id="lines") == []


def test_the_summary_has_a_row_per_locale_the_findings_and_what_to_type(ws: EpisodeWorkspace) -> None:
    series = a_series(gates={"transcript": "off", "translation": "required", "final": "off"}, title="A | <b>")
    text = report.markdown(series, series.episode[0], ws, ("en", "ar"))
    assert text.startswith("# A \\| &lt;b> · ep01\n")
    assert "| English (en) | argos 1, human 1 | 0 | 0 | waits for review | off | srt, vtt, ass |" in text
    assert "| error | reading-speed | ar | 00:02.000 | characters per second |" in text
    assert "demonstration model" not in text
    command = review_command(series, series.episode[0], "translation", ["en", "ar"], ws)
    assert text.endswith(
        f"- **translation** waits for review: en, ar\n\n```\n{command}\n{run_command(series, ws)}\n```\n"
    )


def test_the_summary_of_an_episode_that_could_not_be_begun_says_so(tmp_path: Path) -> None:
    series = a_series()
    text = report.markdown(series, series.episode[0], EpisodeWorkspace(tmp_path / "none"), ("en",))
    assert "| English (en) | nothing yet | 0 | 0 | off | off | none |" in text
    assert "- Vietnamese (vi): Vietnamese has no Argos package; leave vi out with --to" in text


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5 s of 180x320 at 10 fps: red until 3 s, blue from then on."""
    path = tmp_path_factory.mktemp("media") / "master.mp4"
    colours = [
        part
        for colour, s in (("red", 3), ("blue", 2))
        for part in ("-f", "lavfi", "-i", f"color={colour}:s=180x320:r=10:d={s}")
    ]
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-y",
            *colours,
            "-filter_complex",
            "concat=n=2",
            "-pix_fmt",
            "yuv420p",
            str(path),
        ],
        check=True,
    )
    return path


@pytest.mark.engines
def test_the_contact_sheet_shows_the_middle_of_the_longest_cue_of_each_burned_locale(
    ws: EpisodeWorkspace, master: Path, tmp_path: Path
) -> None:
    ws.path("renders").mkdir()
    for tag in ("en", "ar"):
        ws.path(f"renders/{tag}.mp4").write_bytes(master.read_bytes())
    series = a_series()
    made = report.build(series, series.episode[0], ws, ("en", "ar", "ja"), frame=partial(ffmpeg.frame, folder=tmp_path))
    assert made.contact_sheet
    with Image.open(BytesIO(made.contact_sheet)) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width == 16 + 2 * (216 + 16)
        # c2 is the longer one: its middle, 3.25 s, is in the blue.
        red, _, blue = sheet.convert("RGB").getpixel((16 + 108, 16 + 192))
        assert blue > 200 > red
    figures = page(made.html).one("section", id="frames").all("figure")
    assert [figure.one("img").attributes["alt"] for figure in figures] == [
        "English: Who dares to touch my daughter?", f"Arabic: {TEXTS['ar'][1]}",
    ]  # fmt: skip
    assert all((figure.one("img").attributes["src"] or "").startswith("data:image/jpeg;base64,") for figure in figures)


@pytest.mark.engines
def test_a_frame_is_taken_where_the_source_cue_shows_as_well(
    ws: EpisodeWorkspace, master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event outlasts its source cue (2.0 to 4.5 s) by far; its own middle would be 3.5 s."""
    put(ws, "layout/en.json", Layout("en", 720, 1280, "Noto Sans", 32, 60, 300, (Event(2000, 5000, "x", ("c2",)),)))
    ws.path("renders").mkdir()
    ws.path("renders/en.mp4").write_bytes(master.read_bytes())
    asked: list[int] = []
    taken = ffmpeg.frame

    def frame(media: Path, at_ms: int, folder: Path) -> Path:
        asked.append(at_ms)
        return taken(media, at_ms, folder)

    monkeypatch.setattr(ffmpeg, "frame", frame)
    series = a_series()
    report.build(series, Episode(id="ep01", file="ep01.mp4"), ws, ("en",), frame=partial(ffmpeg.frame, folder=tmp_path))
    assert asked == [3250]

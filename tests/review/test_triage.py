from __future__ import annotations

from localize.cues import STALE, Cue, TargetLine
from localize.findings import Finding
from localize.glossary.terms import Term
from localize.lines import Line
from localize.review import triage

CUES = tuple(Cue(f"c{n}", 1000 * n, 1000 * n + 900, "龙王") for n in range(1, 5))


def line(cue_id: str, **changes: object) -> TargetLine:
    return TargetLine(**{"id": cue_id, "text": "Dragon King", "by": "argos"} | changes)  # type: ignore[arg-type]


def test_errors_come_before_warnings_and_both_before_lines_that_are_only_new() -> None:
    lines = {cue.id: line(cue.id) for cue in CUES}
    findings = [
        Finding("cps", "warning", "", "c3"),
        Finding("glyph", "error", "", "c4"),
        Finding("gap", "info", "", "c2"),
    ]
    risks = triage.risks(CUES, lines, findings, first_said={"c2"}, matched={"c1"})
    assert [cue.id for cue in triage.riskiest_first(CUES, risks)] == ["c4", "c3", "c2", "c1"]
    assert risks["c4"].reasons == ("error", "unmatched")
    assert risks["c1"] == triage.Risk("c1")


def test_a_line_without_text_is_the_riskiest() -> None:
    risks = triage.risks(CUES[:2], {"c1": line("c1")}, [Finding("glyph", "error", "", "c1")])
    assert risks["c2"].reasons[0] == "missing"
    assert risks["c2"].score > risks["c1"].score


def test_what_somebody_approved_is_risky_only_for_what_was_found_or_changed_since() -> None:
    cue = Cue("c1", 0, 900, "龙王", confidence=0.2)
    approved = {"c1": line("c1", approved=True, flags=("fallback",))}
    assert triage.risks([cue], approved, (), first_said={"c1"})["c1"].score == 0
    stale = {"c1": line("c1", approved=True, flags=(STALE,))}
    assert triage.risks([cue], stale, ())["c1"].reasons == ("stale",)
    machine = {"c1": line("c1", flags=("fallback",))}
    assert triage.risks([cue], machine, ())["c1"].reasons == ("unheard", "fallback", "unmatched")


def test_a_term_is_new_where_it_first_stands_unless_an_earlier_episode_had_it() -> None:
    lines = [Line(cue, terms={"en": (Term("龙王", "Dragon King"),)}) for cue in CUES]
    assert triage.first_said(lines, "en", "") == {"c1"}
    assert triage.first_said(lines, "en", "他是龙王。") == set()
    assert triage.first_said(lines, "th", "") == set()

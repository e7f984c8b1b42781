from __future__ import annotations

from collections.abc import Callable

import pytest

from localize.errors import InputError
from localize.job import Job
from localize.review import edits, log, replace
from localize.review.edits import Edit
from localize.review.log import Who
from localize.review.replace import Query

ANNA = Who("Anna", signed_in=True)
Texts = Callable[[str], dict[str, str]]


def test_what_would_change_is_shown_and_nothing_is_written(job: Job, text_of: Texts) -> None:
    (hit,) = replace.find([job], ["en", "th"], Query("back", "home"))
    assert (hit.episode, hit.locale, hit.cue.id, hit.after) == ("ep01", "en", "c0002", "I am home.")
    assert text_of("en")["c0002"] == "I am back."


def test_only_the_chosen_hits_are_replaced_and_the_log_says_why(job: Job, text_of: Texts) -> None:
    query = Query("e", "E")
    hits = list(replace.find([job], ["en"], query))
    assert len(hits) == 2
    replace.apply({"ep01": job}, [hits[0].key], query, ANNA)
    assert (text_of("en")["c0001"], text_of("en")["c0003"]) == ("KnEEl!", "Who are you?")
    (event,) = log.read(job.workspace, "en")
    assert (event.what, event.text) == ("replace", "e → E")


def test_a_line_that_changed_since_it_was_shown_stays_and_clashes(job: Job, text_of: Texts) -> None:
    query = Query("back", "home")
    (hit,) = replace.find([job], ["en"], query)
    edits.save(job, "en", [Edit("c0002", "I am back, fools.", hit.version)], Who("Bo"))
    saved = replace.apply({"ep01": job}, [hit.key], query, ANNA)
    assert [clash.who for clash in saved["ep01", "en"].clashes] == ["Bo"]
    assert text_of("en")["c0002"] == "I am back, fools."


def test_a_search_can_ask_for_words_for_case_and_for_a_source(job: Job) -> None:
    def found(query: Query) -> list[str]:
        return [hit.cue.id for hit in replace.find([job], ["en"], query)]

    assert found(Query("a")) == ["c0002", "c0003"]
    assert found(Query("a", whole_words=True)) == []
    assert found(Query("i am", match_case=True)) == []
    assert found(Query("", source="跪")) == ["c0001"]
    assert found(Query("")) == []


def test_a_pattern_is_taken_literally(job: Job, text_of: Texts) -> None:
    (hit,) = replace.find([job], ["en"], Query("?", r"\1 $0"))
    assert hit.after == r"Who are you\1 $0"


def test_a_hit_that_nobody_was_shown_is_refused(job: Job) -> None:
    with pytest.raises(InputError, match="not known"):
        replace.apply({"ep01": job}, ["ep02/en/c0001/x"], Query("a", "b"), ANNA)
    with pytest.raises(InputError, match="nothing to replace"):
        replace.apply({"ep01": job}, [], Query("", "b"), ANNA)

from __future__ import annotations

import re
import string
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes
from starlette.requests import Request

import localize.desk
from localize.desk import i18n
from localize.desk.errors import KNOWN, REFUSALS
from localize.desk.users import ROLES
from localize.rules import RULES, finding
from tests.desk.conftest import Open

DESK = Path(localize.desk.__file__).parent
_PLURAL = re.compile(r"\.(one|other)$")


def _keys(language: str) -> dict[str, set[str]]:
    """The placeholders of each message; those of a message with plural forms together."""
    found: dict[str, set[str]] = {}
    for key, message in i18n.messages(language).table.items():
        names = {name for _, name, _, _ in string.Formatter().parse(message) if name}
        found.setdefault(_PLURAL.sub("", key), set()).update(names)
    return found


def _used() -> set[str]:
    """Keys that templates, scripts and modules ask for by a literal."""
    keys: set[str] = set()
    environment = jinja2.Environment(autoescape=True)
    for template in (DESK / "templates").glob("*.html"):
        for call in environment.parse(template.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
                keys.add(call.args[0].value)
    for file in (*DESK.glob("*.py"), *(DESK / "static").glob("*.js")):
        keys |= set(re.findall(r"""\b(?:t|words\(request\))\(["']([\w.]+)["']""", file.read_text(encoding="utf-8")))
    return keys


def test_both_languages_say_the_same_things() -> None:
    rules = ("rule.", "measured.")
    assert _keys("en") == {key: names for key, names in _keys("zh").items() if not key.startswith(rules)}
    assert _keys("en")["login.wait"] == {"n"}


def test_every_message_that_is_asked_for_was_written() -> None:
    used = _used()
    assert {"login.title", "login.wrong", "error.back"} <= used
    assert used - _keys("en").keys() == set()


def test_every_status_and_every_role_has_its_words() -> None:
    wanted = {f"error.{status}" for status in KNOWN} | {f"error.403.{reason}" for reason in REFUSALS}
    assert wanted | {f"role.{role}" for role in ROLES} <= _keys("en").keys()


def test_every_rule_has_its_chinese_and_numbers_only_rules_that_there_are() -> None:
    table = i18n.messages("zh").table
    rules = {rule.id for rule in RULES}
    assert {key.removeprefix("rule.") for key in table if key.startswith("rule.")} == rules
    measured = {key: names for key, names in _keys("zh").items() if key.startswith("measured.")}
    assert {key.removeprefix("measured.") for key in measured} <= rules
    assert all(names and names <= {"measured", "limit", "term"} for names in measured.values())


def test_a_finding_is_said_in_chinese_with_its_numbers_and_in_english_by_itself() -> None:
    en, zh = i18n.messages("en"), i18n.messages("zh")
    fast = finding("cps", "21.0 characters a second to read: 7 too many", "c0001", 21.0, 14)
    assert en.finding(fast) == fast.message
    assert zh.finding(fast) == "每秒 21 个字符，读者可跟上 14 个"
    assert zh.finding(finding("cps", "too fast")) == "阅读速度过快"
    braces = finding("forbidden-term", "m", "c0001", "{limit}", "Lin Fan", term="林凡")
    assert zh.finding(braces) == "“林凡”不可译为“{limit}”，应译为“Lin Fan”"
    assert zh.finding(finding("of-an-engine", "its own words")) == "its own words"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_no_message_is_empty_or_left_in_english(language: str) -> None:
    table = i18n.messages(language).table
    assert all(message.strip() for message in table.values())
    if language == "zh":
        assert all(re.search("[\u4e00-\u9fff]", message) for message in table.values())


def test_one_and_several_are_told_apart_where_a_language_does() -> None:
    en, zh = i18n.messages("en"), i18n.messages("zh")
    assert [en("desk.locales", n=n) for n in (0, 1, 2)] == ["0 locales", "1 locale", "2 locales"]
    assert zh("desk.locales", n=1) == "1 个语种"


def test_a_missing_message_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        i18n.messages("en")("no.such")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hans", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("fr,zh;q=0.2", "zh"),
        ("en;q=0.1,zh;q=0.5", "zh"),
        ("zh;q=0, en", "en"),
        ("fr", "en"),
        ("", "en"),
        (",;;q=,*;q=x", "en"),
    ],
)
def test_the_browser_is_asked_for_the_language(header: str, language: str) -> None:
    request = Request({"type": "http", "headers": [(b"accept-language", header.encode())]})
    assert i18n.language_of(request) == language


def test_a_chosen_language_stays_and_leads_back(browser: Open) -> None:
    stranger = browser()
    assert "Sign in" in stranger.get("/login").text
    answer = stranger.submit("/language", language="zh", next="/login?next=/x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/x")
    page = stranger.get("/login").text
    assert '<html lang="zh">' in page
    assert "登录" in page
    assert stranger.fetch("/messages.json").json()["messages"]["login.title"] == "登录"
    assert stranger.submit("/language", language="xx", next="//evil.test").headers["location"] == "/"
    assert '<html lang="zh">' in stranger.get("/login").text


@pytest.mark.parametrize("name", ["lena", "ravi", "vera"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_board_is_there_in_each_language_for_each_role(browser: Open, name: str, language: str) -> None:
    somebody = browser(name)
    somebody.submit("/language", language=language)
    page = somebody.get("/")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert f"<bdi>{name}</bdi>" in page.text


@pytest.mark.parametrize("template", sorted((DESK / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_script_or_a_style_of_its_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    script = r"<script(?![^>]*(?:\bsrc=|type=.application/json))"
    assert not re.search(rf"{script}|<style|\sstyle=|\son\w+=|javascript:|\|\s*safe", text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)

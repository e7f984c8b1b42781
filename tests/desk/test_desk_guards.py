from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import Mount

from localize.desk import http, throttle
from localize.desk.app import PUBLIC, Settings, create_app
from localize.desk.guards import SignedIn, allow, csrf_checked, signed_in
from localize.desk.users import Users
from localize.errors import InputError, LeaseHeld, WorkspaceError
from tests.desk.conftest import BASE, PASSWORD, Open

HEADERS = ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy")


def _operations() -> list[tuple[str, str]]:
    """Every method and path of the desk, with something in each place of a parameter."""
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GET and HEAD of one function share an operation id
        app = create_app(Path(folder), settings=Settings(Path(folder) / "users.json"))
        assert [route.path for route in app.routes if isinstance(route, Mount)] == ["/static"]
        paths = app.openapi()["paths"]
    return sorted((method.upper(), path.replace("{", "").replace("}", "")) for path in paths for method in paths[path])


OPERATIONS = _operations()


@pytest.mark.parametrize(("method", "path"), [o for o in OPERATIONS if o[1] not in PUBLIC])
def test_nobody_reaches_anything_without_signing_in(browser: Open, method: str, path: str) -> None:
    stranger = browser()
    stranger.get("/login")
    for answer in (stranger.client.request(method, path), stranger.fetch(path, method)):
        assert answer.status_code == 401


def test_only_these_are_open_to_strangers() -> None:
    assert PUBLIC == ("/healthz", "/login", "/language", "/messages.json", "/metrics", "/static")
    assert {path for _, path in OPERATIONS} > set(PUBLIC) - {"/static"}


@pytest.mark.parametrize(("method", "path"), [o for o in OPERATIONS if o[0] not in ("GET", "HEAD")])
def test_nothing_is_changed_without_the_token_of_the_session(browser: Open, method: str, path: str) -> None:
    lena = browser("lena")
    assert lena.client.request(method, path, headers={"origin": BASE}).status_code == 403
    lena.token = browser("vera").token
    assert lena.token
    assert lena.fetch(path, method).status_code == 403


def test_a_token_of_another_session_is_worth_nothing(browser: Open) -> None:
    lena, mallory = browser("lena"), browser("vera")
    stolen, lena.token = lena.token, mallory.token
    assert lena.submit("/logout").status_code == 403
    mallory.token = stolen
    assert mallory.submit("/logout").status_code == 403
    lena.token = stolen
    assert lena.submit("/logout").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://desk.test.evil.test"},
        {"origin": "http://desk.test:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_address_changes_nothing_even_with_the_token(browser: Open, headers: dict[str, str]) -> None:
    lena = browser("lena")
    answer = lena.client.post("/logout", data={"csrf": lena.token}, headers=headers)
    assert answer.status_code == 403
    assert lena.get("/").status_code == 200


def test_a_token_is_taken_from_a_header_as_well(browser: Open) -> None:
    lena = browser("lena")
    assert lena.fetch("/logout", "POST").status_code == 303


def test_signing_in_needs_the_token_too(browser: Open) -> None:
    stranger = browser()
    answer = stranger.client.post("/login", data={"name": "lena", "password": PASSWORD})
    assert answer.status_code == 403
    assert stranger.get("/").status_code == 303


def test_a_page_leads_to_the_sign_in_and_back(browser: Open) -> None:
    stranger = browser()
    sent = stranger.get("/media/one/ep01/source?x=1")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fmedia%2Fone%2Fep01%2Fsource%3Fx%3D1")
    assert 'name="next" value="/media/one/ep01/source?x=1"' in stranger.get(sent.headers["location"]).text
    answer = stranger.submit("/login", name="lena", password=PASSWORD, next="/media/one/ep01/source?x=1")
    assert answer.headers["location"] == "/media/one/ep01/source?x=1"


@pytest.mark.parametrize("next_", ["//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", "evil", ""])
def test_signing_in_never_leads_to_another_host(browser: Open, next_: str) -> None:
    stranger = browser()
    stranger.get("/login")
    answer = stranger.submit("/login", name="lena", password=PASSWORD, next=next_)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(browser: Open) -> None:
    cookie = browser().get("/login").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_behind_a_proxy_cookies_are_for_tls_only(shows: Path, users: Users, browser: Open) -> None:
    app = create_app(shows, settings=Settings(users.path, behind_proxy=True))
    answer = browser(of=app).get("/login")
    assert answer.headers["set-cookie"].startswith("__Host-")
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_every_sign_in_begins_another_session(browser: Open) -> None:
    lena = browser()
    lena.get("/login")
    before, cookie = lena.token, dict(lena.client.cookies)
    assert lena.sign_in("lena").status_code == 303
    assert lena.token != before
    # Who set the visitor's cookie gained nothing by it.
    fixed = browser()
    fixed.client.cookies.update(cookie)
    assert fixed.get("/").status_code == 303


def test_a_copy_of_the_cookie_opens_nothing_after_signing_out(browser: Open) -> None:
    lena, thief = browser("lena"), browser()
    thief.client.cookies.update(lena.client.cookies)
    assert thief.get("/").status_code == 200
    assert lena.submit("/logout").status_code == 303
    assert lena.get("/").status_code == 303
    assert thief.get("/").status_code == 303


def test_a_forged_or_changed_cookie_opens_nothing(browser: Open) -> None:
    lena = browser("lena")
    ((name, value),) = lena.client.cookies.items()
    for forged in (value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), "x" + value, "", "eyJ0b2tlbiI6IngifQ.a.b"):
        thief = browser()
        thief.client.cookies.set(name, forged)
        assert thief.get("/").status_code == 303


def test_a_removed_user_is_out_with_the_next_request(browser: Open, users: Users) -> None:
    vera = browser("vera")
    users.remove("vera")
    assert vera.get("/").status_code == 303
    assert vera.fetch("/media/one/ep01/source").status_code == 401
    assert vera.fetch("/logout", "POST").status_code == 401
    users.add("vera", "lead", (), PASSWORD)
    assert vera.get("/").status_code == 303


def test_a_new_password_ends_every_session_of_the_user_and_no_other(browser: Open, users: Users) -> None:
    here, there, lena = browser("vera"), browser("vera"), browser("lena")
    users.set_password("vera", "another horse battery")
    assert here.get("/").status_code == there.get("/").status_code == 303
    assert lena.get("/").status_code == 200
    assert here.sign_in("vera").status_code == 401
    assert here.sign_in("vera", "another horse battery").status_code == 303


def test_a_role_taken_away_is_gone_with_the_next_request(app: FastAPI, browser: Open, users: Users) -> None:
    router = APIRouter()

    @router.post("/edit/{tag}")
    def edit(user: SignedIn, tag: str) -> str:
        allow(user.may_edit(tag))
        return "done"

    app.include_router(router)
    ravi, vera = browser("ravi"), browser("vera")
    assert ravi.fetch("/edit/th", "POST").status_code == 200
    assert ravi.fetch("/edit/ar", "POST").status_code == 403
    assert vera.fetch("/edit/th", "POST").status_code == 403
    users.set_role("ravi", "viewer", ())
    assert ravi.fetch("/edit/th", "POST").status_code == 403


def test_two_desks_on_one_machine_have_their_own_cookies(
    shows: Path, users: Users, browser: Open, tmp_path: Path
) -> None:
    other = Users(tmp_path / "other" / "users.json")
    other.add("lena", "lead", (), PASSWORD)
    both = browser("lena")
    ((name, value),) = both.client.cookies.items()
    elsewhere = browser("lena", create_app(shows, settings=Settings(other.path)))
    assert name not in elsewhere.client.cookies
    elsewhere.client.cookies.set(name, value)
    assert elsewhere.get("/").status_code == 200


def test_a_key_that_others_may_read_signs_nothing(shows: Path, users: Users) -> None:
    create_app(shows, settings=Settings(users.path))
    key = users.path.with_suffix(".key")
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        create_app(shows, settings=Settings(users.path))


def test_the_eleventh_wrong_password_has_to_wait_and_so_has_a_right_one(browser: Open) -> None:
    guesser = browser()
    for _ in range(throttle.PER_ACCOUNT):
        assert guesser.sign_in("lena", "wrong password").status_code == 401
    refused = guesser.sign_in("lena")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= throttle.WINDOW_S
    assert "minutes" in refused.text
    assert guesser.sign_in("vera").status_code == 303


def test_names_that_differ_in_case_or_spaces_share_their_attempts(browser: Open) -> None:
    guesser = browser()
    for n in range(throttle.PER_ACCOUNT):
        guesser.sign_in("LENA " if n % 2 else " lena", "wrong password")
    assert guesser.sign_in("lena").status_code == 429


def test_one_address_cannot_try_many_names(browser: Open, monkeypatch: pytest.MonkeyPatch, app: FastAPI) -> None:
    monkeypatch.setattr(app.state.users, "authenticate", lambda name, password: None)
    guesser = browser()
    for n in range(throttle.PER_ADDRESS):
        assert guesser.sign_in(f"name{n}", "wrong password").status_code == 401
    assert guesser.sign_in("another", "wrong password").status_code == 429


def test_attempts_are_forgotten_after_a_while_and_after_a_right_one() -> None:
    now = [0.0]
    limits = throttle.SignInLimits(lambda: now[0])
    for _ in range(throttle.PER_ACCOUNT):
        assert limits.wait_s("lena", "10.0.0.1") == 0
    now[0] = 100.0
    assert limits.wait_s("lena", "10.0.0.2") == throttle.WINDOW_S - 100
    now[0] = throttle.WINDOW_S
    assert limits.wait_s("lena", "10.0.0.2") == 0
    limits.right("lena", "10.0.0.2")
    for _ in range(throttle.PER_ACCOUNT):
        assert limits.wait_s("lena", "10.0.0.2") == 0


def test_a_right_password_gives_an_address_no_more_guesses_at_others() -> None:
    limits = throttle.SignInLimits(lambda: 0.0)
    for n in range(throttle.PER_ADDRESS):
        assert limits.wait_s("own", "10.0.0.1") == 0
        limits.right("own", "10.0.0.1")
        assert limits.wait_s(f"name{n}", "10.0.0.1") == 0
    assert limits.wait_s("own", "10.0.0.1") > 0


def test_a_subscriber_of_ipv6_is_one_address() -> None:
    assert throttle.network("2001:db8::1") == throttle.network("2001:db8::ffff:2") != throttle.network("2001:db8:1::1")
    assert throttle.network("10.0.0.1") != throttle.network("10.0.0.2")
    assert throttle.network("testclient") == "testclient"


def test_strangers_fill_no_memory_with_names() -> None:
    limit = throttle.Throttle(2, lambda: 0.0)
    for n in range(throttle._KEYS + 100):
        limit.wait_s(str(n))
    assert len(limit._attempts) == throttle._KEYS
    assert throttle._account("x" * 10_000) == "x" * 64


@pytest.fixture
def broken(app: FastAPI) -> FastAPI:
    """The desk with pages that fail in every way, and one that reads a body."""
    router = APIRouter()

    @router.get("/bug")
    def bug() -> None:
        raise ZeroDivisionError("secret figures")

    @router.get("/damaged")
    def damaged() -> None:
        raise WorkspaceError("ep01 is damaged <script>", next_step="mend it")

    @router.get("/held")
    def held() -> None:
        raise LeaseHeld("th is being written", next_step="wait")

    @router.post("/body")
    def body(values: dict[str, str]) -> int:
        return len(values)

    @router.post("/upload")
    def upload() -> str:
        return "taken"

    app.include_router(router, dependencies=[Depends(signed_in), Depends(csrf_checked)])
    return app


def test_every_answer_has_the_headers_errors_included(broken: FastAPI, browser: Open) -> None:
    lena = browser("lena")
    seen = {}
    paths = ["/", "/login", "/healthz", "/static/desk.css", "/static/x", "/nope", "/bug", "/damaged", "/held"]
    for path in (*paths, "/media/one/ep01/source", "/media/one/ep01/renders/xx", "/fonts/one/xx/style.css"):
        for accept in ("text/html", "*/*"):
            answer = lena.client.get(path, headers={"accept": accept})
            seen[path] = answer.status_code
            assert all(name in answer.headers for name in HEADERS), path
    seen["413"] = lena.client.post("/login", content=b"", headers={"content-length": "99999999"}).status_code
    seen["422"] = lena.fetch("/body", "POST", json=[]).status_code
    seen["405"] = lena.fetch("/healthz", "DELETE").status_code
    assert {*seen.values()} >= {200, 303, 404, 405, 409, 413, 422, 500}, seen


def test_the_policy_allows_no_script_and_no_style_inside_a_page(browser: Open) -> None:
    policy = browser().get("/login").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_bug_says_nothing_of_itself(broken: FastAPI, browser: Open) -> None:
    for answer in (browser("lena").get("/bug"), browser("lena").fetch("/bug")):
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "bug in localize" in answer.text


def test_an_error_of_the_product_tells_the_next_step_and_stays_inert(broken: FastAPI, browser: Open) -> None:
    lena = browser("lena")
    page = lena.get("/damaged")
    assert page.status_code == 500
    assert "ep01 is damaged &lt;script&gt;" in page.text
    assert "<code>mend it</code>" in page.text
    told = lena.fetch("/held")
    assert (told.status_code, told.json()) == (409, {"error": "th is being written", "next": "wait"})


def test_a_stranger_learns_nothing_of_damaged_accounts(browser: Open, users: Users) -> None:
    lena = browser("lena")
    users.path.write_text("{")
    for answer in (lena.get("/"), lena.fetch("/"), lena.sign_in("lena")):
        assert answer.status_code == 503
        assert str(users.path) not in answer.text
        assert "log" in answer.text


def test_a_large_body_is_refused_before_it_is_read(broken: FastAPI, browser: Open) -> None:
    lena = browser("lena")
    for kind, limit in (("multipart/form-data; boundary=x", http.UPLOAD_BYTES), ("application/json", http.BODY_BYTES)):
        headers = {"content-type": kind, "content-length": str(limit + 1)}
        answer = lena.fetch("/upload", "POST", content=b"", headers=headers)
        assert (answer.status_code, answer.json()["limit"]) == (413, limit)


def test_a_body_that_does_not_say_its_length_is_counted(broken: FastAPI, browser: Open) -> None:
    lena = browser("lena")
    chunks = (b'{"a": "' + b"x" * 100_000 if n == 0 else b"x" * 100_000 for n in range(30))
    assert lena.fetch("/body", "POST", content=chunks).status_code == 413
    assert lena.fetch("/body", "POST", json={"a": "x" * 1_000_000}).status_code == 200


def test_a_stranger_may_send_little(browser: Open) -> None:
    stranger = browser()
    stranger.get("/login")
    assert stranger.submit("/login", name="lena", password="x" * http.STRANGER_BYTES).status_code == 413


def test_an_upload_of_20_mb_passes_the_limit(broken: FastAPI, browser: Open) -> None:
    lena = browser("lena")
    answer = lena.fetch("/upload", "POST", files={"file": ("a.xlsx", b"x" * 19_900_000)})
    assert answer.status_code == 200


def test_the_access_log_names_who_did_what_and_no_secret(browser: Open, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "localize.desk"):
        lena = browser("lena")
        lena.get("/nope?q=searched-text")
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == http.ACCESS.name]
    assert [(line["user"], line["method"], line["path"], line["status"]) for line in lines] == [
        ("", "GET", "/login", 200),
        ("", "POST", "/login", 303),
        ("lena", "GET", "/", 200),
        ("lena", "GET", "/nope", 404),
    ]
    text = caplog.text
    assert PASSWORD not in text
    assert "searched-text" not in text
    assert lena.token not in text
    assert not any(value in text for value in lena.client.cookies.values())

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from localize.desk.users import User, Users
from localize.errors import InputError, LocaleError
from tests.desk.conftest import PASSWORD


def test_a_lead_may_everything_and_a_viewer_only_look() -> None:
    lead, viewer = User("l", "lead"), User("v", "viewer")
    assert lead.may_see()
    assert lead.may_edit("th")
    assert lead.may_decide("final", "ar")
    assert lead.may_manage()
    assert viewer.may_see()
    assert not viewer.may_edit("th")
    assert not viewer.may_decide("translation", "th")
    assert not viewer.may_manage()


def test_a_reviewer_edits_and_decides_in_their_own_locales_only() -> None:
    ravi = User("r", "reviewer", ("th",))
    assert ravi.may_edit("th")
    assert ravi.may_decide("translation", "th")
    assert ravi.may_decide("final", "th")
    assert not ravi.may_edit("ar")
    assert not ravi.may_decide("translation", "ar")
    assert not ravi.may_manage()


def test_the_transcript_is_for_leads_and_for_reviewers_of_the_source() -> None:
    assert User("l", "lead").may_decide("transcript", None)
    assert User("s", "reviewer", ("zh-Hans",)).may_decide("transcript", None)
    assert not User("t", "reviewer", ("th",)).may_decide("transcript", None)
    # Whatever a request names beside it.
    assert not User("t", "reviewer", ("th",)).may_decide("transcript", "th")


def test_the_file_holds_no_password_and_is_for_its_owner_only(users: Users) -> None:
    text = users.path.read_text()
    assert PASSWORD not in text
    assert text.count("$argon2id$") == 3
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600


def test_the_file_and_its_folder_are_made_for_their_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Users(tmp_path / "new" / "users.json").add("a", "lead", (), PASSWORD)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "users.json").stat().st_mode) == 0o600


def test_a_right_password_opens_and_a_wrong_one_does_not(users: Users) -> None:
    assert users.authenticate(" lena ", PASSWORD)
    assert not users.authenticate("lena", PASSWORD + "x")
    assert not users.authenticate("nobody", PASSWORD)
    assert not users.authenticate("lena", "")
    assert not users.authenticate("lena", "x" * 100_000)


def test_a_password_typed_as_composed_and_as_combining_letters_is_the_same(users: Users) -> None:
    users.set_password("lena", "caf\u00e9 au lait")
    assert users.authenticate("lena", "cafe\u0301 au lait")


@pytest.mark.parametrize("password", ["", "too short", "aaaaaaaaaaaaaaa", "x" * 300])
def test_a_password_anybody_would_guess_is_refused(users: Users, password: str) -> None:
    before = users.path.read_bytes()
    with pytest.raises(InputError):
        users.add("new", "viewer", (), password)
    assert users.path.read_bytes() == before


def test_the_own_name_is_no_password(users: Users) -> None:
    with pytest.raises(InputError, match="first anybody would try"):
        users.add("Anna Maria Schmidt", "viewer", (), "anna maria schmidt")


@pytest.mark.parametrize("name", ["", " ", "../x", "<b>", "a\nb", "-x", "x" * 65, "a\u202eb", "a/b"])
def test_a_name_that_could_mislead_a_page_or_a_log_is_refused(users: Users, name: str) -> None:
    with pytest.raises(InputError, match="cannot be a user's name"):
        users.add(name, "viewer", (), PASSWORD)


@pytest.mark.parametrize("name", ["王小明", "Анна", "สมชาย", "o.neil@studio"])
def test_names_are_written_in_any_script(users: Users, name: str) -> None:
    assert users.add(name, "viewer", (), PASSWORD).name == name


def test_a_name_that_differs_only_in_case_is_taken(users: Users) -> None:
    with pytest.raises(InputError, match="there is a user lena already"):
        users.add("LENA", "viewer", (), PASSWORD)


def test_only_reviewers_have_locales_and_they_need_some(users: Users) -> None:
    with pytest.raises(InputError, match="a reviewer needs locales"):
        users.add("new", "reviewer", (), PASSWORD)
    with pytest.raises(InputError, match="bind reviewers only"):
        users.set_role("vera", "viewer", ("th",))
    with pytest.raises(LocaleError):
        users.set_role("ravi", "reviewer", ("klingon",))


def test_a_new_password_and_a_new_life_under_the_same_name_have_new_versions(users: Users) -> None:
    def version() -> str:
        account = users.find("vera")
        assert account
        return account.version

    versions = [version()]
    users.set_password("vera", PASSWORD)
    versions.append(version())
    users.remove("vera")
    assert users.find("vera") is None
    users.add("vera", "viewer", (), PASSWORD)
    versions.append(version())
    assert len(set(versions)) == 3
    users.set_role("vera", "lead", ())
    assert version() == versions[-1]


def test_a_change_by_another_process_is_seen_at_once(users: Users) -> None:
    assert users.find("vera")
    Users(users.path).remove("vera")
    assert users.find("vera") is None


def test_users_added_at_once_are_all_kept(users: Users) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Users(users.path).add(f"user{n}", "viewer", (), PASSWORD), range(8)))
    assert len(users.all()) == 11


@pytest.mark.parametrize("content", ["", "{", '{"users": [{"name": "x"}]}', '{"users": [], "extra": 1}', "[]"])
def test_a_damaged_file_lets_nobody_in_and_is_not_written_over(users: Users, content: str) -> None:
    users.path.write_text(content)
    with pytest.raises(InputError, match="is damaged at"):
        users.authenticate("lena", PASSWORD)
    with pytest.raises(InputError, match="is damaged at"):
        users.add("new", "viewer", (), PASSWORD)
    assert users.path.read_text() == content


def test_a_damaged_file_is_told_without_its_hashes(users: Users) -> None:
    data = json.loads(users.path.read_text())
    data["users"][0]["role"] = "king"
    users.path.write_text(json.dumps(data))
    with pytest.raises(InputError) as told:
        users.all()
    assert "users.0.role" in str(told.value)
    assert "argon2" not in str(told.value)


def test_a_file_that_others_may_open_lets_nobody_in(users: Users) -> None:
    users.path.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        users.find("lena")


def test_a_hash_that_is_no_hash_opens_nothing(users: Users) -> None:
    data = json.loads(users.path.read_text())
    data["users"][0]["password"] = PASSWORD
    users.path.write_text(json.dumps(data))
    assert not users.authenticate("lena", PASSWORD)


def test_an_account_shows_no_hash_where_it_is_printed(users: Users) -> None:
    assert "argon2" not in repr(users.all())


def localize(*arguments: str, file: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "localize", "desk", *arguments, "--users", str(file)],
        input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_users_are_managed_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "desk" / "users.json"
    added = localize("users", "add", "mei", "--role", "reviewer", "--to", "th, ar", "--password-stdin", file=file,
                     stdin=PASSWORD + "\r\n")  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert PASSWORD not in added.stdout + added.stderr
    assert Users(file).authenticate("mei", PASSWORD)
    assert localize("users", "list", file=file).stdout == "mei\treviewer\tth,ar\n"
    assert localize("users", "passwd", "mei", "--password-stdin", file=file, stdin="another horse\n").returncode == 0
    assert Users(file).authenticate("mei", "another horse")
    assert localize("users", "role", "mei", "--role", "lead", file=file).returncode == 0
    listed = json.loads(localize("users", "list", "--json", file=file).stdout)
    assert listed == [{"name": "mei", "role": "lead", "locales": []}]
    assert localize("users", "remove", "mei", file=file).returncode == 0
    gone = localize("users", "remove", "mei", file=file)
    assert (gone.returncode, gone.stderr) == (
        2, "error: there is no user 'mei'; next: localize desk users add NAME\n",
    )  # fmt: skip


def test_a_password_is_never_an_argument(tmp_path: Path) -> None:
    refused = localize("users", "add", "mei", "--password", PASSWORD, file=tmp_path / "users.json")
    assert refused.returncode == 2
    without = localize("users", "add", "mei", file=tmp_path / "users.json")
    assert without.returncode == 2
    assert "--password-stdin" in without.stderr


def test_a_typed_password_is_not_echoed_and_typed_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "localize", "desk", "users", "add", "mei", "--users", str(tmp_path / "u.json")]
    terminal = [sys.executable, "-c", f"import pty, sys; sys.exit(pty.spawn({command!r}))"]
    with subprocess.Popen(terminal, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        shown = b""
        for prompt in (b"password: ", b"once more: "):
            while not shown.endswith(prompt):
                shown += os.read(process.stdout.fileno(), 1) or pytest.fail(shown.decode())
            process.stdin.write(PASSWORD.encode() + b"\n")
            process.stdin.flush()
        shown += process.stdout.read()
    assert b"added: mei, viewer" in shown
    assert PASSWORD.encode() not in shown
    assert Users(tmp_path / "u.json").authenticate("mei", PASSWORD)


def test_a_hash_of_weaker_parameters_is_renewed_at_the_next_sign_in(users: Users) -> None:
    before = users.find("vera")
    assert before
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    users.path.write_text(users.path.read_text().replace(before.password, weak))
    assert users.authenticate("vera", PASSWORD)
    after = users.find("vera")
    assert after
    assert after.password not in (weak, before.password)
    assert after.version == before.version
    assert users.authenticate("vera", PASSWORD)

"""The `siyu` command: what it lists, and one line with a remedy for every expected trouble."""

import errno
import os

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError

from siyu import __main__ as command
from siyu.lib import postgres
from siyu.lib.refusal import Refusal
from siyu.operate import database


@pytest.fixture
def said(capsys, monkeypatch):
    """Run the command with an action in the place of its own; its exit code and what it printed to stderr."""

    def run(*words, action=None):
        if action:
            monkeypatch.setattr(command, "_run", lambda words: action())
        code = command.main(list(words))
        return code, capsys.readouterr().err

    return run


def fails(error):
    def action():
        raise error

    return action


def test_alone_it_lists_every_command_that_exists(capsys):
    assert command.main([]) == 0

    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    written = {path.stem.replace("_", "-") for path in command.FOLDER.glob("[a-z]*.py")}
    assert listed == written


def test_an_unknown_command_is_one_line(said):
    code, err = said("fly")

    assert code == 2
    assert err == "siyu: there is no command fly; `siyu` alone lists them\n"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refusal("port.busy", "port 8000 is in use;\n stop it"), "port 8000 is in use; stop it"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/static"), "/x/static: the disk is full; free some space"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "set SIYU_HOME to a folder that can be written"),
        (psycopg.OperationalError("connection refused"), "the database does not answer (connection refused); check that it runs"),
        (psycopg.errors.DiskFull("could not extend file"), "the database's disk is full"),
        (psycopg.errors.UndefinedTable('relation "facts_log" does not exist'), "run `siyu prepare`"),
    ],
)
def test_expected_trouble_is_one_line_with_a_remedy(said, error, words):
    code, err = said("up", action=fails(error))

    assert code == 2
    assert words in err
    assert err.count("\n") == 1


def test_trouble_that_django_wrapped_is_recognised(said):
    wrapped = OperationalError("gone")
    wrapped.__cause__ = psycopg.OperationalError("server closed the connection")

    assert "server closed the connection" in said("up", action=fails(wrapped))[1]


@pytest.mark.parametrize("error", [ValueError("a fault of ours"), OSError(errno.ENOENT, "No such file"), ProgrammingError("no cause")])
def test_a_fault_of_ours_keeps_its_traceback(said, error):
    with pytest.raises(type(error)):
        said("up", action=fails(error))


def test_ctrl_c_is_no_error_message(said):
    assert said("up", action=fails(KeyboardInterrupt())) == (130, "")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody@127.0.0.1:1/siyu", "cannot reach the database .*check DATABASE_URL"),
        ("postgresql://[", "no connection string"),
        ("not a url at all", "no connection string"),
    ],
)
def test_a_database_that_cannot_be_reached_is_refused(monkeypatch, url, words):
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(Refusal, match=words):
        database.choose()


def test_a_database_that_is_not_there_names_the_command_that_makes_it(server):
    with pytest.raises(Refusal, match="no database missing; make it with: createdb missing"):
        postgres.require_version(postgres.database_uri(server, "missing"))


def test_an_old_server_is_refused(server, monkeypatch):
    monkeypatch.setattr(postgres, "MINIMUM_VERSION", 99)

    with pytest.raises(Refusal, match="PostgreSQL 18 is too old: siyu needs 99 or newer"):
        postgres.require_version(server)


def test_a_server_of_the_merchants_own_is_not_prepared_in_passing(server, monkeypatch, said):
    monkeypatch.setenv("DATABASE_URL", postgres.database_uri(server, "postgres"))

    code, err = said("summary")

    assert (code, err) == (2, "siyu: the database was never prepared; run `siyu prepare` (or `siyu up`)\n")


def test_the_password_of_a_url_is_not_shown():
    with pytest.raises(Refusal) as refused:
        postgres.require_version("postgresql://someone:secret-word@127.0.0.1:1/siyu")

    assert "secret-word" not in refused.value.because


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, said):
    tmp_path.chmod(0o500)
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "home"))

    assert "set SIYU_HOME to a folder of your own" in said("prepare")[1]


def test_a_home_that_is_a_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "home"))

    from siyu.lib.home import home

    with pytest.raises(Refusal, match="is not a folder"):
        home()

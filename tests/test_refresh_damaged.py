"""A refresh starts from tables of record alone, and whatever fails is told in a sentence."""
# ruff: noqa: F811

import pytest

from analysis import __main__ as command, data
from analysis.ingest import record, refresh
from tests.release_files import sick_csv
from tests.test_refresh_from_source import codes, folder, snapshot  # noqa: F401

LATER = "nhs_sickness_absence_2025-04.csv"


@pytest.fixture
def later(tmp_path):
    made = tmp_path / "later"
    made.mkdir()
    (made / LATER).write_bytes(sick_csv("30/04/2025", codes("sickness_absence", "month", "2025-03")))
    return made


def cut(content):
    return b"".join(content.splitlines(keepends=True)[:-200])


def edited(content):
    return content.replace(b"2025-03", b"2025-02", 1)


def row_twice(content):
    lines = content.splitlines(keepends=True)
    return b"".join([*lines[:50], *lines[49:]])


def one_value_edited(content):
    lines = content.splitlines(keepends=True)
    digit = next(sign for sign in reversed(lines[50]) if 48 <= sign < 57)
    at = lines[50].rindex(digit)
    lines[50] = lines[50][:at] + bytes([digit + 1]) + lines[50][at + 1 :]
    return b"".join(lines)


DAMAGE = {
    "cut": cut,
    "a row twice": row_twice,
    "one value edited": one_value_edited,
    "edited": edited,
    "empty": lambda content: b"",
    "missing": None,
    "other line ends": lambda content: content.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_nothing_is_laid_over_a_table_that_is_not_the_one_of_record(folder, later, capsys, damage):
    file, change = folder / "sickness_absence.csv", DAMAGE[damage]
    if change:
        file.write_bytes(change(file.read_bytes()))
    else:
        file.unlink()
    before = snapshot(folder)
    assert command.main(["refresh", "--accept-unlike", "--from", str(later)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Refused: sickness_absence: found ")
    assert "git checkout -- data/sickness_absence.csv" in told
    assert snapshot(folder) == before


def test_a_damaged_table_of_another_publication_is_not_carried_on(folder, later, capsys):
    file = folder / "beds_day.csv"
    file.write_bytes(cut(file.read_bytes()))
    assert command.main(["refresh", "--accept-unlike", "--from", str(later)]) == 1
    assert "Refused: beds_day: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "package", [b"{", b"[]", b'{"resources": [{"name": "a"}]}', b"\xff", b'{"resources": 1}', b""]
)
def test_a_broken_or_absent_package_is_said_in_words(folder, later, capsys, package):
    (folder / "datapackage.json").write_bytes(package)
    before = snapshot(folder)
    assert command.main(["refresh", "--accept-unlike", "--from", str(later)]) == 1
    assert "git checkout -- data/datapackage.json" in capsys.readouterr().err
    assert snapshot(folder) == before


@pytest.mark.parametrize("ready", [True, False])
def test_check_finishes_what_was_interrupted(folder, later, monkeypatch, capsys, ready):
    with monkeypatch.context() as patch:
        patch.setattr(record, "finish", lambda folder: None)
        refresh.refresh(later, folder=folder, accept_unlike=True)
    if not ready:
        (folder / data.STAGE / data.READY).unlink()
    assert command.main(["check"]) == 0
    told = capsys.readouterr().out
    assert ("is now finished" if ready else "is thrown away") in told
    assert not (folder / data.STAGE).exists()
    assert data.describe("sickness_absence")["coverage"]["to"] == ("2025-04" if ready else "2025-03")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (KeyboardInterrupt(), "Interrupted"),
        (MemoryError(), "not enough memory"),
    ],
)
@pytest.mark.parametrize("where", ["write", "stage"])
def test_a_fault_of_the_machine_is_one_sentence_and_tables_stay(
    folder, later, monkeypatch, capsys, error, words, where
):
    def fails(*_, **__):
        raise error

    before = snapshot(folder)
    monkeypatch.setattr(record, where, fails)
    assert command.main(["refresh", "--accept-unlike", "--from", str(later)]) == (
        130 if isinstance(error, KeyboardInterrupt) else 1
    )
    told = capsys.readouterr().err
    assert words in told
    assert len(told.strip().splitlines()) <= 2
    assert snapshot(folder) == before


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_files_that_no_publication_read_are_listed(folder, later, capsys, more):
    (later / "old").mkdir()
    (later / "old" / "notes.csv").write_text("a,b\n1,2\n")
    assert command.main(["refresh", "--accept-unlike", "--from", str(later), *more]) == 0
    assert "No publication read 1 files of the folder: old/notes.csv\n" in capsys.readouterr().out

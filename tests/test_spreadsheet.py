"""What a reader opens in a spreadsheet cannot run there."""

import io
import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from analysis.edition import store
from analysis.present import spreadsheet


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd", "-cmd|x", "@SUM(A1)", "\t=1", " =1", "-", "\uff1d1", "-1+2"]
)
def test_a_text_that_would_run_gets_an_apostrophe(cell):
    frame = pd.DataFrame({"=name": pd.Series([cell], dtype="object"), "n": [-1.5]})
    made = spreadsheet.to_csv(frame)
    back = pd.read_csv(io.StringIO(made, newline=""))
    assert list(back) == ["'=name", "n"]
    assert back.iloc[0].tolist() == ["'" + cell, -1.5]


UNSEEN = [
    "\0",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u2060",
    "\u202e",
    "\u00a0",
    "\x1b",
    "\u3164",
    "\ufe0f",
    "\U000e0001",
]
RUN = [
    *(sign + "=1+1" for sign in UNSEEN),
    "\0\u200b @SUM(A1)",
    "\ufe66A1",
    "\ufe6bA1",
    "\u200b-1",
    "=1",
    "\uff0b1",
    "\t",
    "+a",
]
STAY = ["-1.5", "+2", "-1e-05", "a=b", "", "\u200b", "\u200ba=1", "1=2", "\u2212 1", "(=1)", "\ud83d"]


@pytest.mark.parametrize("cell", RUN)
def test_no_sign_that_is_not_seen_hides_a_formula(cell):
    assert spreadsheet.inert(cell) == f"'{cell}"


@pytest.mark.skipif(not shutil.which("node"), reason="no Node here; the browser tests take the script too")
def test_the_script_of_the_pages_has_the_same_rule():
    script = Path("book/_scripts/cells.js").read_text(encoding="utf-8")
    code = f"globalThis.window = {{}};{script};console.log(JSON.stringify({json.dumps([*RUN, *STAY])}.map(window.cells.inert)))"
    told = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(told) == [spreadsheet.inert(cell) for cell in [*RUN, *STAY]]


@pytest.mark.parametrize("cell", [*STAY, -1.5, "-1.5", "+2", "-1e-05", "a=b", "", None, "Trust - north"])
def test_numbers_and_other_texts_stay(cell):
    assert spreadsheet.inert(cell) == cell


def test_a_cell_in_quotes_cannot_run_nor_end_early():
    assert spreadsheet.quoted('=A1"x"') == '"\'=A1""x"""'
    assert spreadsheet.quoted(-1.5) == '"-1.5"'


def test_the_files_of_an_edition_hold_no_cell_that_runs():
    frame = pd.DataFrame({"key": ["=1+1", "shmi.entry"], "value": [-0.123456789012, 2.0]})
    held = pd.read_csv(io.BytesIO(store.to_csv(frame)))
    assert held["key"].tolist() == ["'=1+1", "shmi.entry"]
    assert held["value"].tolist() == pytest.approx(frame["value"].tolist(), rel=1e-6)
    assert (
        store.to_csv(frame[1:])
        == frame[1:].to_csv(index=False, lineterminator="\n", float_format=store.DIGITS).encode()
    )


def test_each_kind_of_column_is_written_as_before():
    frame = pd.DataFrame(
        {
            "n": [-1, 2],
            "x": [0.1, None],
            "on": pd.to_datetime(["2020-01-01", "2020-02-01"]),
            "kind": pd.Categorical(["a", "b"]),
            "month": pd.period_range("2020-01", periods=2, freq="M"),
            "mixed": pd.Series([-1.5, "a"], dtype="object"),
            "yes": [True, False],
        }
    )
    assert spreadsheet.to_csv(frame) == frame.to_csv(index=False, lineterminator="\n")

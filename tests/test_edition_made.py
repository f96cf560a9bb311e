"""Editions of a small made report in a repository of its own: each kind of change is planted and must be told as it is."""

import datetime as dt
import hashlib
import json
import subprocess
import tomllib

import pandas as pd
import pytest

from analysis.chapters import about_editions as page
from analysis.edition import make as making, notes, store, trees
from analysis.edition.compare import EditionError

PASS, FAIL = ("true",), ("false",)
DAY = dt.date(2026, 12, 1)
LATER = dt.date(2027, 1, 15)
GROUPS = ("all",)
# The whole analysis of the made report: the mean of its table, times a factor, less a setting.
MAIN = """
import json, sys
from pathlib import Path
root = Path(__file__).resolve().parents[2]
rows = [line.split(",") for line in (root / "data" / "waits.csv").read_text().splitlines()[1:]]
shift = float((root / "data" / "indicators.csv").read_text().splitlines()[1].split(",")[1])
mean = FACTOR * sum(float(row[2]) for row in rows) / len(rows) - shift
one = dict(key="entry_waits", name="Waits: difference after entry", value=mean, low=mean - 1, high=mean + 1,
           unit="points", n=len({row[0] for row in rows}), of="trusts that entered", direction="higher is better",
           none=0.0, verdict="", page="metrics/entry")
two = {**one, "key": "trusts", "name": "Trusts", "value": float(one["n"]), "low": None, "high": None, "unit": "count", "none": None}
Path(sys.argv[2]).write_text(json.dumps([one, two]))
"""
WAITS = [("R1A", "2016-01", 2), ("R1A", "2016-02", 4), ("R1B", "2016-01", 0), ("R1B", "2016-02", 2)]
CITATION = 'cff-version: 1.2.0\ntitle: "Made"\nversion: 0.0.0\ndate-released: 2026-01-01\n'


def sha(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def table(name, fields, rows, *, status="official", period=None, release=None):
    content = "\n".join([",".join(fields), *(",".join(map(str, row)) for row in rows)]) + "\n"
    keys = fields[: 2 if period else 1]
    about = {
        "name": name, "path": f"{name}.csv", "title": name.capitalize(), "status": status, "publisher": "NHS England",
        "publication": name, "period": period, "hash": sha(content.encode()), "rows": len(rows), "coverage": {},
        "schema": {"fields": [{"name": field} for field in fields], "primaryKey": keys},
    }  # fmt: skip
    if release:
        about["sources"] = [{"title": f"{release}.csv", "hash": sha(release.encode())}]
    return about, content


def put(root, *, waits=None, release="january", shift=0, factor=1):
    made = [
        table("waits", ["org_code", "month", "waits"], waits or WAITS, period="month", release=release),
        table("indicators", ["indicator", "shift"], [("waits", shift)], status="public-record"),
    ]
    (root / "data").mkdir(exist_ok=True)
    for about, content in made:
        (root / "data" / about["path"]).write_text(content)
    described = {"version": "0", "resources": [about for about, _ in made]}
    (root / "data" / "datapackage.json").write_text(json.dumps(described, indent=1))
    package = root / "analysis" / "edition"
    package.mkdir(parents=True, exist_ok=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package / "__main__.py").write_text(f"FACTOR = {factor}\n{MAIN}")
    commit(root)


def git(root, *arguments):
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def commit(root):
    git(root, "add", "-A")
    git(
        root,
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x",
    )


def make(root, day=DAY, check=PASS):
    edition = making.make(root, today=day, check=check, groups=GROUPS)
    commit(root)
    return store.read(edition.number, where=root / "data" / "editions")


@pytest.fixture
def root(tmp_path):
    here = tmp_path / "report"
    here.mkdir()
    git(here, "init", "-q")
    (here / "requirements.lock").write_text("numpy==2\n")
    (here / "CITATION.cff").write_text(CITATION)
    (here / "pyproject.toml").write_text('[project]\nname = "made"\nversion = "0.1.0"\n')
    (here / ".gitignore").write_text("__pycache__/\n")
    put(here)
    return here


def change(edition, key="entry_waits"):
    return edition.changes.set_index("key").loc[key]


def test_the_first_edition_has_nothing_to_compare_with(root):
    edition = make(root)
    assert edition.number == "2026.1"
    assert edition.about["previous"] is None
    assert edition.changes.empty
    assert "no earlier number" in edition.text
    assert edition.headline.set_index("key").loc["entry_waits", "value"] == 2
    assert len(edition.headline["inputs"].iloc[0]) == 16
    assert 'version: "2026.1"' in (root / "CITATION.cff").read_text()
    assert "date-released: 2026-12-01" in (root / "CITATION.cff").read_text()
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == "2026.1"
    assert json.loads((root / "data" / "datapackage.json").read_text())["version"] == "2026.1"


@pytest.mark.parametrize("name", ["CITATION.cff", "pyproject.toml", "data/datapackage.json"])
def test_a_file_that_cannot_be_numbered_stops_the_edition_before_anything_is_written(root, name):
    text = "\n".join(line for line in (root / name).read_text().splitlines() if "version" not in line)
    (root / name).write_text(text)
    commit(root)
    with pytest.raises(EditionError, match=rf"{name}: found no line '\"?version"):
        make(root)
    assert store.index(root / "data" / "editions").empty
    assert not subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True).stdout


def test_numbers_count_within_a_year(root):
    assert [make(root).number, make(root).number, make(root, LATER).number] == ["2026.1", "2026.2", "2027.1"]
    assert store.index(root / "data" / "editions")["number"].tolist() == ["2026.1", "2026.2", "2027.1"]


def test_nothing_changed_is_told_as_that(root):
    make(root)
    second = make(root)
    assert second.changes.empty
    assert "None of 2 headline numbers moved" in second.text


def test_new_months_are_new_data(root):
    make(root)
    put(root, waits=[*WAITS, ("R1A", "2016-03", 7)], release="march")
    second = make(root)
    row = change(second)
    assert row["cause"] == "new data"
    assert float(row["new data"]) == pytest.approx(1)
    assert second.revisions.loc[0, ["changed", "late", "added"]].tolist() == [0, 0, 1]
    assert second.cells.empty
    assert "march.csv" in second.text


def test_a_publishers_correction_is_told_as_one_with_the_cells(root):
    make(root)
    put(root, waits=[("R1A", "2016-01", 10), *WAITS[1:]], release="january again")
    second = make(root)
    assert change(second)["cause"] == "correction by a publisher"
    assert second.revisions.loc[0, ["by", "changed", "first"]].tolist() == ["publisher", 1, "2016-01"]
    cell = second.cells.iloc[0]
    assert cell[["period", "field", "old", "new"]].tolist() == ["2016-01", "waits", "2", "10"]
    assert "R1A" in cell["row"]


def test_one_release_with_a_correction_and_new_months_is_parted(root):
    make(root)
    put(root, waits=[("R1A", "2016-01", 10), *WAITS[1:], ("R1A", "2016-03", 9)], release="march")
    row = change(make(root))
    assert row["cause"] == "correction by a publisher and new data"
    assert [float(row[part]) for part in ("correction by a publisher", "new data")] == pytest.approx([2, 1])


def test_the_page_tells_the_story_of_the_editions(root):
    first = make(root)
    assert "first one" in page.answer([first])
    put(
        root,
        waits=[("R1A", "2016-01", 2), ("R1A", "2016-02", -14), *WAITS[2:], ("R1A", "2016-03", 9)],
        release="march",
    )
    second = make(root)
    told = page.changes(second.changed_conclusions()).iloc[0]
    assert told["Before"].startswith("2.0 percentage points (95% interval 1.0 to 3.0)")
    assert (
        "correction by a publisher (−4.50 percentage points) and new data (+2.30 percentage points)"
        in told["What moved it"]
    )
    assert "sign changed" in told["Conclusion"]
    assert page.revisions([second, first]).loc[0, ["Edition", "Rows corrected", "Periods"]].tolist() == [
        "2026.2",
        "1",
        "2016-02",
    ]
    assert page.cells([second, first]).loc[0, ["Before", "Corrected"]].tolist() == ["4", "-14"]
    assert page.new_data(second).loc[0, ["New rows", "Release files"]].tolist() == ["1", "march.csv"]
    assert page.all_editions([second, first])["Edition"].tolist() == ["2026.2", "2026.1"]
    assert "What moved them: correction by a publisher and new data" in page.answer([second, first])


def test_a_month_filled_in_late_is_a_revision_not_new_data(root):
    make(root)
    put(root, waits=[*WAITS, ("R1C", "2016-02", 7)], release="january again")
    second = make(root)
    assert second.revisions.loc[0, ["late", "added"]].tolist() == [1, 0]
    assert change(second)["cause"] == "correction by a publisher"


def test_a_month_before_the_table_began_is_new_data(root):
    make(root)
    put(root, waits=[("R1A", "2015-12", 7), *WAITS], release="december")
    assert change(make(root))["cause"] == "new data"


def test_code_is_method(root):
    make(root)
    put(root, factor=3)
    second = make(root)
    assert change(second)["cause"] == "method"
    assert "1 module of the analysis changed" in second.text


def test_a_moved_module_did_not_change():
    before = {"a.py": "1", "b.py": "2", "c.py": "3"}
    assert notes.modules_changed(before, {"room/a.py": "1", "room/b.py": "5", "c.py": "3"}) == ["room/b.py"]
    assert notes.modules_changed(before, {"c.py": "3"}) == ["a.py", "b.py"]
    assert notes.modules_changed(before, before) == []


def test_the_catalogue_of_indicators_is_method(root):
    make(root)
    put(root, shift=5)
    row = change(make(root))
    assert row["cause"] == "method"
    assert row["conclusion"]
    assert "sign" in row["why"]


def test_rows_that_differ_though_the_release_files_are_the_same_are_our_reading(root):
    make(root)
    put(root, waits=[("R1A", "2016-01", 10), *WAITS[1:]], release="january")
    second = make(root)
    assert change(second)["cause"] == "method"
    assert second.revisions.loc[0, "by"] == "reading"


def test_data_and_method_at_once_add_up_and_the_interaction_is_said(root):
    make(root)
    put(root, waits=[*WAITS, ("R1A", "2016-03", 7)], release="march", factor=3)
    second = make(root)
    row = change(second)
    assert row["cause"] == "method and new data"
    assert [float(row[part]) for part in ("method", "new data", "interaction")] == pytest.approx([4, 3, 2])
    assert float(row["method"]) + float(row["new data"]) == pytest.approx(row["change"])
    assert "depends on the data" in second.text


def test_new_code_that_cannot_read_the_old_data_is_walked_the_other_way(root):
    make(root)
    waits = [*WAITS, ("R1A", "2016-03", 7)]
    put(
        root,
        waits=waits,
        release="march",
        factor="3 if '2016-03' in open(__file__.replace('analysis/edition/__main__.py', 'data/waits.csv')).read() else {}['no March']",
    )
    second = make(root)
    row = change(second)
    assert [float(row[part]) for part in ("new data", "method")] == pytest.approx([1, 6])
    assert "data were changed first" in second.text


def test_a_trust_more_moves_n_and_says_so(root):
    make(root)
    put(root, waits=[*WAITS, ("R1C", "2016-03", 2)], release="march")
    second = make(root)
    assert "n went from 2 to 3" in change(second)["says"]


@pytest.mark.parametrize("damage", ["edited", "added"])
def test_an_unclean_tree_is_refused(root, damage):
    name = "data/waits.csv" if damage == "edited" else "stray.txt"
    (root / name).write_text("x")
    with pytest.raises(EditionError, match=name.split("/")[-1]):
        making.make(root, today=DAY, check=PASS, groups=GROUPS)
    assert not (root / "data" / "editions").exists()


def test_a_failing_check_is_refused(root):
    with pytest.raises(EditionError, match="status 1 from `false`"):
        making.make(root, today=DAY, check=FAIL, groups=GROUPS)
    assert not (root / "data" / "editions").exists()


def test_a_check_that_leaves_changes_behind_is_refused(root):
    with pytest.raises(EditionError, match="not committed"):
        making.make(root, today=DAY, check=("touch", "left.txt"), groups=GROUPS)


def test_an_analysis_that_fails_makes_no_edition(root):
    put(root, factor="1 / 0")
    with pytest.raises(EditionError, match="ZeroDivisionError"):
        making.make(root, today=DAY, check=PASS, groups=GROUPS)
    assert store.index(root / "data" / "editions").empty


def test_a_date_before_the_last_edition_is_refused(root):
    make(root, LATER)
    with pytest.raises(EditionError, match="2027-01-15 or later"):
        making.make(root, today=DAY, check=PASS, groups=GROUPS)


def test_a_history_that_lacks_the_old_commit_is_said(root):
    make(root)
    editions = root / "data" / "editions"
    text = (
        (editions / "2026.1" / "edition.json")
        .read_text()
        .replace(store.read("2026.1", where=editions).about["commit"], "0" * 40)
    )
    (editions / "2026.1" / "edition.json").write_text(text)
    new = hashlib.sha256(text.encode()).hexdigest()
    index = (editions / "index.csv").read_text().splitlines()
    (editions / "index.csv").write_text("\n".join([index[0], index[1].rsplit(",", 1)[0] + f",{new}"]) + "\n")
    with pytest.raises(EditionError, match="history complete"):
        making.draft(root, today=DAY, groups=GROUPS)


def test_a_draft_writes_nothing(root):
    make(root)
    put(root, factor=3)
    assert change(making.draft(root, today=DAY, groups=GROUPS))["cause"] == "method"
    assert trees.git(root, "status", "--porcelain") == ""


def test_a_kept_edition_that_was_altered_is_refused(root):
    make(root)
    editions = root / "data" / "editions"
    file = editions / "2026.1" / "headline.csv"
    file.write_text(file.read_text().replace("entry_waits", "entry_weights"))
    with pytest.raises(EditionError, match=r"headline.csv: found checksum"):
        store.read("2026.1", where=editions)


def test_a_kept_edition_with_other_line_ends_alone_is_told_so(root):
    make(root)
    file = root / "data" / "editions" / "2026.1" / "headline.csv"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(EditionError, match=r"headline.csv: found other line ends .*git checkout"):
        store.read("2026.1", where=root / "data" / "editions")


def test_a_run_stopped_before_the_index_counts_for_nothing(root, monkeypatch):
    make(root)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        making.make(root, today=DAY, check=PASS, groups=GROUPS)
    monkeypatch.undo()
    assert store.latest(root / "data" / "editions").number == "2026.1"
    git(root, "clean", "-fdq")
    assert make(root).number == "2026.2"


def test_periods_tell_which_month_changed(root):
    was = making.periods(root)
    put(root, waits=[("R1A", "2016-01", 10), *WAITS[1:]])
    now = making.periods(root)
    both = was.merge(now, on=["table", "period"])
    differ = both[both["digest_x"] != both["digest_y"]]
    assert differ[["table", "period"]].to_numpy().tolist() == [["waits", "2016-01"]]


def test_libraries_are_named_when_the_old_edition_no_longer_repeats(root):
    make(root)
    stored = pd.read_csv(root / "data" / "editions" / "2026.1" / "headline.csv")
    current = trees.numbers(root, group="all")
    from analysis.edition.cause import Trees, attribute

    stored["value"] = [1.5, 2.0]
    before = trees.tables(root)
    states = Trees(root, root, root / "tmp", trees.numbers, before, before, {}, set())
    rows, notes = attribute(stored.assign(verdict=""), current, states, method_changed=False)
    assert notes == [
        "entry_waits: the code and data of the edition before give 2.0 percentage points (95% interval 1.0 to 3.0) here, "
        "not 1.5 percentage points (95% interval 1.0 to 3.0) as on record; libraries or machine differ"
    ]
    assert rows.loc[0, "cause"] == "libraries"
    assert rows.loc[0, "libraries"] == pytest.approx(0.5)

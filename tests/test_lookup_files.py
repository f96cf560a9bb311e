"""The files of the look-up page are made when, and only when, what they rest on has changed, and reach the site whole."""

import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from analysis import data, trace
from analysis.site import judge

EXT = Path(__file__).resolve().parents[1] / "book" / "_ext"
NOTE = {
    "python": trace.python(),
    "imported": ["json"],
    "modules": ["analysis/data.py"],
    "tables": {},
    "listed": None,
}


@pytest.fixture
def behind(monkeypatch):
    monkeypatch.syspath_prepend(str(EXT))
    return importlib.import_module("behind")


@pytest.fixture
def lookup(behind):
    return behind


@pytest.fixture
def site(tmp_path, behind, monkeypatch):
    """A Sphinx that has written its pages, and a maker of files that is quick; `runs` counts it."""
    out = tmp_path / "html"
    out.mkdir()
    builder = SimpleNamespace(format="html")
    app = SimpleNamespace(
        outdir=str(out), builder=builder, env=SimpleNamespace(found_docs={"lookup", "index"}), runs=[]
    )

    def run(command, *, env, **rest):
        folder = Path(command[-1])
        (folder / "trusts").mkdir(parents=True)
        (folder / "index.json").write_text("{}")
        (folder / "trusts" / "RPA.json").write_text(f"[{len(app.runs)}]")
        resource = data.describe("shmi_yearly")
        table = {
            "path": f"data/{resource['path']}",
            "sha256": trace.digest(data.FOLDER / resource["path"]),
            "description": trace.description_digest(resource),
            "data_to": None,
        }
        note = {**NOTE, "tables": {"shmi_yearly": table}}
        (Path(env[trace.REQUEST]) / "1.json").write_text(json.dumps(note))
        app.runs.append(command)
        return SimpleNamespace(returncode=app.code, stdout="2 files", stderr="no such table")

    app.code = 0
    monkeypatch.setattr(behind.subprocess, "run", run)
    return app


def files(site) -> dict[str, str]:
    out = Path(site.outdir) / "lookup-data"
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.*")}


def test_they_are_made_once_and_kept(lookup, site):
    lookup.finish(site, None)
    assert files(site) == {
        "index.js": 'lookupFile("index",{})\n',
        "trusts/RPA.js": 'lookupFile("trusts/RPA",[0])\n',
    }
    lookup.finish(site, None)
    assert len(site.runs) == 1
    assert site.runs[0][1:4] == ["-m", "analysis", "lookup"]
    (Path(site.outdir) / "lookup-data" / "index.js").unlink()  # a cleaned site gets the kept files back
    lookup.finish(site, None)
    assert len(files(site)) == 2
    assert len(site.runs) == 1


@pytest.mark.parametrize(
    ("part", "value", "why"),
    [
        ("lock", "other", "requirements.lock changed"),
        ("listed", ["a table of before"], "a table was added or taken away"),
        ("private", "other", "the private folder changed"),
        ("modules", {"analysis/data.py": "other"}, "analysis/data.py changed"),
        ("tables", "not a table", judge.NOTHING),
    ],
)
def test_a_changed_input_makes_them_again(lookup, behind, site, part, value, why):
    """They are judged as chapters are, see `test_judge`."""
    lookup.finish(site, None)
    record = Path(site.outdir).parent / ".lookup" / "record.json"
    kept = json.loads(record.read_text())
    assert behind.reason(record.parent, judge.now()) == ""
    record.write_text(json.dumps({**kept, part: value}))
    assert behind.reason(record.parent, judge.now()) == why
    lookup.finish(site, None)
    assert files(site)["trusts/RPA.js"] == 'lookupFile("trusts/RPA",[1])\n'


def test_a_failure_ends_the_build_and_leaves_no_old_file(lookup, behind, site):
    lookup.finish(site, None)
    record = Path(site.outdir).parent / ".lookup" / "record.json"
    record.unlink()
    site.code = 1
    with pytest.raises(ExtensionError, match="no such table"):
        lookup.finish(site, None)
    assert not record.exists()
    assert behind.reason(record.parent, judge.now()) == judge.NOTHING


def test_they_are_made_beside_the_pages_once_and_a_failure_is_told_at_the_end(behind, site):
    behind.begin(site, site.env, [])
    behind.finish(site, None)
    assert len(site.runs) == 1
    assert len(files(site)) == 2
    behind.begin(site, site.env, [])
    behind.finish(site, None)
    assert len(site.runs) == 1, "kept files are not made again"
    (Path(site.outdir).parent / ".lookup" / "record.json").unlink()
    site.code = 1
    behind.begin(site, site.env, [])
    with pytest.raises(ExtensionError, match="no such table"):
        behind.finish(site, None)


def test_nothing_is_made_for_another_format_a_failed_build_or_without_the_page(lookup, site):
    lookup.finish(site, ValueError("a failed build"))
    site.builder.format = "latex"
    lookup.begin(site, site.env, [])
    lookup.finish(site, None)
    assert site.runs == []
    site.builder.format = "html"
    lookup.finish(site, None)
    assert files(site)
    site.env.found_docs = {"index"}
    lookup.finish(site, None)
    assert not (Path(site.outdir) / "lookup-data").exists()


def test_the_command_writes_and_says(tmp_path, monkeypatch, capsys):
    import runpy

    from analysis.chapters.lookup import files as made

    written = SimpleNamespace(sentence=lambda: "1 file")
    monkeypatch.setattr(made, "write", lambda folder: written)
    monkeypatch.setattr(sys, "argv", ["analysis", "lookup", str(tmp_path)])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("analysis", run_name="__main__")
    assert capsys.readouterr().out == "1 file\n"

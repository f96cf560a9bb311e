"""What a reader takes away: the same numbers, bytes that stay, no cell that runs, pictures that can be read, a report that runs."""

import codecs
import csv
import importlib
import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import frictionless
import jsonschema
import openpyxl
import pandas as pd
import pytest
import yaml
from defusedxml import ElementTree
from matplotlib import pyplot as plt

from analysis import data, once
from analysis.chapters.lookup.series import shared_cells
from analysis.present import figures, spreadsheet, tables
from analysis.site import png, take_data, take_figures, take_report

ROOT = Path(__file__).resolve().parents[1]
SOME = ("shmi_yearly", "evidence_codings", "regime_events")


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("take")
    take_data.write(folder)
    return folder


@pytest.fixture
def take(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "book" / "_ext"))
    return importlib.import_module("take")


def some() -> tuple[list[dict], dict[str, bytes]]:
    described = [data.describe(name) for name in SOME]
    return described, {one["path"]: (data.FOLDER / one["path"]).read_bytes() for one in described}


def test_every_table_is_there_and_no_cell_of_it_runs(taken):
    for name in data.tables():
        path = data.describe(name)["path"]
        kept, given = (folder / path for folder in (data.FOLDER, taken))
        rows = list(csv.reader(io.StringIO(given.read_text(encoding="utf-8"), newline="")))
        assert [cell for row in rows for cell in row if spreadsheet.inert(cell) != cell] == []
        plain = [[cell.removeprefix("'") for cell in row] for row in rows]
        assert plain == [
            [cell.removeprefix("'") for cell in row]
            for row in csv.reader(io.StringIO(kept.read_text(encoding="utf-8"), newline=""))
        ], name


def test_a_cell_that_would_run_is_put_right_and_others_stay_byte_for_byte():
    assert take_data.for_spreadsheets(b'a,b\n"=1+1",-2\n') == b"a,b\n'=1+1,-2\n"
    as_it_came = b'a,b\r\n"x ""y""",-2.50\r\n'
    assert take_data.for_spreadsheets(as_it_came) == as_it_came


def test_the_package_is_one_that_any_reader_of_frictionless_data_accepts(taken, tmp_path):
    with zipfile.ZipFile(taken / take_data.PACKAGE) as opened:
        opened.extractall(tmp_path)
    folder = tmp_path / take_data.NAME
    assert {path.name for path in folder.iterdir()} == {
        *(data.describe(name)["path"] for name in data.tables()), "datapackage.json", "README.txt",
    }  # fmt: skip
    for name in SOME:
        assert (folder / data.describe(name)["path"]).read_bytes() == (
            data.FOLDER / f"{name}.csv"
        ).read_bytes()
    about = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    about["resources"] = [
        one for one in about["resources"] if one["name"] in ("shmi_yearly", "regime_events", "organisations")
    ]
    (folder / "small.json").write_text(json.dumps(about))
    report = frictionless.Package(str(folder / "small.json")).validate()
    assert report.valid, report.flatten(["message"])


def test_the_workbook_holds_the_numbers_as_numbers_and_texts_that_cannot_run():
    made = take_data.workbook(data.package(), *some())
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["Notes", "Columns", *SOME]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert "-" in {
        cell.value for cell in cells
    }  # a text that a spreadsheet would take for the start of a formula
    rows = list(book["shmi_yearly"].values)
    frame = data.load("shmi_yearly")
    assert list(rows[0]) == list(frame)
    assert [row[rows[0].index("shmi")] for row in rows[1:]] == frame["shmi"].tolist()
    notes = {row[0]: row[1] for row in book["Notes"].values if row[0]}
    assert notes["From"].endswith(str(take_data.cited()["date-released"]))
    assert notes["shmi_yearly"] == data.describe("shmi_yearly")["title"]
    explained = {row[1]: row[4] for row in book["Columns"].values if row[0] == "shmi_yearly"}
    assert set(explained) == set(frame)


def test_the_same_tables_give_the_same_workbook():
    first, second = (take_data.workbook(data.package(), *some()) for _ in range(2))
    assert first == second


def test_the_indicators_are_as_their_schema_says_and_as_the_look_up_shows_them(taken):
    index, schema = (
        json.loads((taken / name).read_text(encoding="utf-8")) for name in (take_data.INDEX, take_data.SCHEMA)
    )
    jsonschema.validate(index, schema)
    broken = {**index, "indicators": [{**index["indicators"][0], "unit": ""}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)
    for one in index["indicators"]:
        figures_of = json.loads((taken / one["values"]).read_text(encoding="utf-8"))
        jsonschema.validate(figures_of, schema["$defs"]["figures"])
        assert figures_of["source"]["publisher"]
        held = shared_cells(one["indicator"]).dropna(subset="value")
        told = [
            value for trust in figures_of["trusts"].values() for value in trust["values"] if value is not None
        ]
        assert len(told) == len(held)
        last = held.iloc[-1]
        at = figures_of["periods"].index(str(last["period"]))
        assert figures_of["trusts"][last["code"]]["values"][at] == pytest.approx(last["value"], abs=1e-4)


def drawn() -> figures.Figure:
    fig, ax = plt.subplots()
    ax.plot([0, 1], [0, 2])
    ax.set(xlabel="years", ylabel="deaths")
    return figures.figure(
        fig, name="some-figure", title="Deaths fell & rose", says="Deaths fell.", sources=("shmi_yearly",),
        frame=pd.DataFrame({"year": [2011, 2012], "=sum": [-1.5, 2.0]}),
    )  # fmt: skip


def test_a_figure_becomes_a_drawing_that_stands_alone_and_numbers_under_a_head():
    found = take_figures.read(drawn().html())
    assert (found.name, found.title) == ("some-figure", "Deaths fell & rose")
    assert found.source.startswith("Source: ")
    made, png = take_figures.drawn(found, edition="Edition 1")
    texts = [" ".join(part.itertext()) for part in ElementTree.fromstring(made.decode()).iter() if part.text]
    assert {"years", "deaths", "Deaths fell & rose"} <= set(texts)
    assert any("Edition 1" in text for text in texts)
    assert b"var(" not in made
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    across, high = struct.unpack(">II", png[16:24])
    assert (across, high) == tuple(
        2 * int(ElementTree.fromstring(made.decode()).attrib[side]) for side in ("width", "height")
    )
    pixels = plt.imread(io.BytesIO(png))[..., :3]
    dark = (pixels.mean(axis=2) < 0.5).mean()
    assert 0.002 < dark < 0.2, "letters and lines are drawn on a white ground"
    assert take_figures.drawn(found, edition="Edition 1") == (made, png)
    head = take_figures.about(found.title, found.source, edition="Edition 1", cite="Cite me", address="")
    lines = list(
        csv.reader(io.StringIO(take_figures.headed(found.rows, head).decode("utf-8-sig"), newline=""))
    )
    assert [line[0] for line in lines[:5]] == ["Title", "Source", "Edition", "Licence", "Cite as"]
    assert lines[5:] == [[], ["year", "'=sum"], ["2011", "-1.5"], ["2012", "2.0"]]


def test_numbers_open_in_a_spreadsheet_with_every_letter_as_it_is_written():
    made = take_figures.headed([["change"], ["−0.5 “points”"]], [("Title", "£2 – the rest")])
    assert made.startswith(codecs.BOM_UTF8)  # by which Excel knows UTF-8
    read = pd.read_csv(io.BytesIO(made), header=None, names=["a", "b"])
    assert read["a"].tolist() == ["Title", "change", "−0.5 “points”"]


def test_a_page_leads_to_files_of_its_figures_and_tables(take, tmp_path):
    table = '<table class="result"><caption><span>Sizes <span class="status">published</span></span></caption><tr><th>a</th></tr><tr><td>=1</td></tr></table>'
    page = f"<html>{drawn().html()}{table}</html>"
    made = take.figures_of(page, "metrics/entry", tmp_path, title="Entry", address="https://example.org/r")
    assert "data:text/csv" not in made
    folder = tmp_path / "figures/metrics/entry"
    assert {path.name for path in folder.iterdir()} == {
        "some-figure.csv", "some-figure.svg", "some-figure.png", "numbers.zip",
    }  # fmt: skip
    assert 'href="../figures/metrics/entry/some-figure.csv"' in made
    assert "https://example.org/r/metrics/entry.html#some-figure" in (folder / "some-figure.csv").read_text()
    with zipfile.ZipFile(folder / "numbers.zip") as opened:
        assert [Path(name).name for name in opened.namelist()] == ["some-figure.csv", "table-1.csv"]
        assert opened.read("metrics-entry/table-1.csv").decode().endswith("\na\n'=1\n")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert (
        take.figures_of(page, "metrics/entry", tmp_path, title="Entry", address="https://example.org/r")
        == made
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_menu_offers_what_is_there_with_its_size_and_is_written_once(take, tmp_path):
    (tmp_path / "metrics").mkdir()
    page = tmp_path / "metrics/entry.html"
    page.write_text(f'<html>{take.BAR}</div><p id="cite">x</p></html>')
    notebook = tmp_path / "notebooks/metrics/entry.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_bytes(b"x" * 118_400)
    made = take.menu("metrics/entry", tmp_path)
    assert 'href="../notebooks/metrics/entry.ipynb"' in made
    assert "Notebook (.ipynb), 118 KB" in made
    assert "#cite" in made
    assert "Excel" not in made
    assert "PDF" not in made
    once = take.with_menu(page.read_text(), made)
    assert take.with_menu(once, made) == once
    assert take.with_menu(once, made.replace("118", "119")).count("take") == once.count("take")


@pytest.mark.parametrize(
    ("count", "told"), [(12, "1 KB"), (64_400, "64 KB"), (999_500, "1.0 MB"), (3_493_715, "3.5 MB")]
)
def test_sizes_are_told_as_a_reader_knows_them(take, count, told):
    assert take.size(count) == told


def test_the_report_is_the_same_file_with_git_and_without_and_its_tables_are_whole(tmp_path):
    take_report.write(ROOT, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        opened.extractall(tmp_path)
    copy = tmp_path / take_report.NAME
    assert not (copy / ".git").exists()
    (copy / "private").mkdir()
    (copy / "private" / "names.txt").write_text("Ann")
    (copy / "book" / "_build").mkdir()
    (copy / "book" / "_build" / "x.html").write_text("x")
    take_report.write(copy, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    for name in ("Makefile", "book/_toc.yml", "book/metrics/entry.ipynb", ".ci/run", "requirements.lock"):
        assert (copy / name).read_bytes() == (ROOT / name).read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "check"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(["make", "-n", "lab"], cwd=copy, capture_output=True, text=True, check=False)
    assert "analysis.site.lab" in listed.stdout


def test_a_link_in_a_chapters_words_says_the_size_of_its_file(take, tmp_path):
    (tmp_path / "all.csv").write_bytes(b"x" * 64_400)
    (tmp_path / "metrics").mkdir()
    page = '<a download="all.csv" href="../all.csv">all choices (CSV)</a> <a download="b.csv" href="../figures/b.csv">Numbers (CSV)</a>'
    once = take.with_sizes(page, tmp_path / "metrics")
    assert once == page.replace("choices (CSV)", "choices (CSV, 64 KB)")
    assert take.with_sizes(once, tmp_path / "metrics") == once
    (tmp_path / "all.csv").write_bytes(b"x" * 3_493_715)
    assert "(CSV, 3.5 MB)" in take.with_sizes(once, tmp_path / "metrics")


SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|\bghp_\w{30}|\bgithub_pat_\w{30}|\bAKIA[0-9A-Z]{16}\b|\bhf_\w{30}"
)


def test_the_zip_holds_what_the_commands_need_with_its_rights_and_nothing_built_or_secret(tmp_path):
    take_report.write(ROOT, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        held = {one.filename.removeprefix(f"{take_report.NAME}/"): one for one in opened.infolist()}
        run = [name for name, one in held.items() if one.external_attr >> 16 & 0o111]
        starts = [name for name in held if opened.read(held[name].filename).startswith(b"#!")]
        known = [name for name in held if SECRET.search(opened.read(held[name].filename))]
    assert ".ci/run" in run
    assert run == starts
    assert known == []
    contents = yaml.safe_load((ROOT / "book/_toc.yml").read_text(encoding="utf-8"))
    chapters = re.findall(r"'(?:root|file)': '([^']+)'", str(contents))
    assert [one for one in chapters if not {f"book/{one}.ipynb", f"book/{one}.md"} & set(held)] == []
    modules = re.findall(r"-m ((?:analysis|tests)[\w.]*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    places = [one.replace(".", "/") for one in modules]
    assert [one for one in places if not {f"{one}.py", f"{one}/__main__.py"} & set(held)] == []
    assert {
        "Makefile",
        "pyproject.toml",
        "requirements.lock",
        "README.md",
        "LICENSE",
        "book/_config.yml",
    } <= set(held)
    assert {f"data/{data.describe(name)['path']}" for name in data.tables()} <= set(held)
    built = re.compile(
        r"(^|/)(_build|private|dist|\.venv|\.git|__pycache__|node_modules|\.ipynb_checkpoints)/|\.pyc$|\.egg-info"
    )
    assert [name for name in held if built.search(name)] == []
    assert max(one.file_size for one in held.values()) < 20e6


def test_a_pdf_is_offered_while_the_pages_say_what_it_was_printed_from(tmp_path):
    page = tmp_path / "index.html"
    page.write_text('<nav>12 KB</nav><article class="a"><p>Found  <b>one</b></p></article>')
    paper = tmp_path / "report.pdf"
    assert not take_report.is_of(paper, tmp_path, ["index"])
    take_report.stamp(paper, tmp_path, ["index"])
    page.write_text('<nav>13 KB</nav><article id="b"><p>Found <b>one</b></p></article>')
    assert take_report.is_of(paper, tmp_path, ["index"])
    page.write_text("<article><p>Found two</p></article>")
    assert not take_report.is_of(paper, tmp_path, ["index"])


def test_a_folded_source_is_read_as_one_that_stands_open():
    many = ("shmi_yearly", "ae_monthly", "staff_survey", "regime_spells")
    html = f'<figure class="result" id="a"><figcaption class="finding">T</figcaption>{figures.sourced(many, "a", pd.DataFrame({"b": [1]}))}</figure>'
    assert "<details" in html
    assert take_figures.read(html).source == tables.credit(many)


def test_a_picture_is_drawn_once(tmp_path, monkeypatch):
    asked, draw = [], png.resvg_py.svg_to_bytes
    monkeypatch.setenv(once.FOLDER, str(tmp_path))
    monkeypatch.setattr(png.resvg_py, "svg_to_bytes", lambda **how: asked.append(how) or draw(**how))
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="4"/>'
    first, again, other = (png.drawn(svg.format(width)) for width in (5, 5, 6))
    assert first == again != other
    assert len(asked) == 2

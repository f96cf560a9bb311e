"""A chapter runs again when, and only when, something that it used changed: shown on a small book."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml

from analysis.ingest import refresh

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow
STRICT = ("-n", "-W", "--keep-going", "-q")
# A library that checks addresses takes seconds to import and is optional; ten builds go without it.
COMMAND = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyter_book.cli.main import main; main()"
CHAPTERS = {"first", "deep/second", "scratch"}
TOC = "format: jb-book\nroot: index\nchapters:\n  - file: first\n  - file: deep/second\n  - file: scratch\n"
INDEX = "# Small book\n\nThe first chapter saw {glue:text}`first.ipynb::seen:s`.\n"
FIRST = """import analysis
from analysis import data
from myst_nb import glue
glue("seen", f"value {data.load('a')['value'].sum()}", display=False)
analysis.__file__"""
SECOND = """from analysis import data, outer
len(data.load("b")) * outer.TWICE"""
SECOND_WORDS = "it saw {glue:text}`../first.ipynb::seen:s`."
WORKERS = """from joblib import Parallel, delayed
from analysis import data
[len(table) for table in Parallel(n_jobs=2)(delayed(data.load)(name) for name in "dd")]"""
EDITS_WHILE_RUNNING = """from pathlib import Path
from analysis import lone
file = Path(lone.__file__)
if "edited" not in (text := file.read_text()):
    file.write_text(text + "# edited\\n")"""
SAYS = "# {}\n\nAn opening paragraph.\n\nWords: {}\n"


def description(name: str) -> dict:
    fields = [
        {"name": "key", "type": "string", "constraints": {"required": True}},
        {"name": "value", "type": "integer"},
    ]
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": f"Table {name}",
        "status": "assumption",
        "schema": {"fields": fields, "primaryKey": ["key"], "missingValues": [""]},
    }


@dataclass(frozen=True)
class Built:
    """What a build printed and how it ended; `run` and `kept` name chapters."""

    status: int
    text: str

    @property
    def run(self) -> set[str]:
        return set(re.findall(r"^\[fresh\] (\S+): run in ", self.text, re.MULTILINE))

    @property
    def kept(self) -> set[str]:
        return set(re.findall(r"^\[fresh\] (\S+): outputs kept$", self.text, re.MULTILINE))


class Book:
    """A copy of the skeleton of the report with three chapters and four tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPATH": str(folder)}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        away = shutil.ignore_patterns("__pycache__")
        for part in ("analysis", "book/_ext", "book/_static"):
            shutil.copytree(ROOT / part, folder / part, ignore=away)
        for part in ("pyproject.toml", "requirements.lock", "CITATION.cff"):
            shutil.copy(ROOT / part, folder / part)
        config = yaml.safe_load((ROOT / "book/_config.yml").read_text())
        config.pop("bibtex_bibfiles", None)
        config["sphinx"]["config"].pop("bibtex_reference_style", None)
        self.write("book/_config.yml", yaml.safe_dump(config))
        self.write("book/_toc.yml", TOC)
        self.write("book/index.md", INDEX)
        self.write("analysis/inner.py", '"""Inner."""\n\nTWICE = 2\n')
        self.write("analysis/outer.py", '"""Outer."""\n\nfrom analysis.inner import TWICE as TWICE\n')
        (folder / "data").mkdir()
        self.resources = {}
        for name in "abcd":
            self.table(name, "key,value\nx,11\ny,30\n")
        self.write("analysis/lone.py", '"""Lone."""\n')
        self.chapter("first", FIRST, "plain.")
        self.chapter("scratch", "1 + 1", "free for each test.")
        self.chapter("deep/second", SECOND, SECOND_WORDS)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def chapter(self, name: str, code: str, words: str) -> None:
        cells = [
            nbformat.v4.new_markdown_cell(SAYS.format(name, words), id="words"),
            nbformat.v4.new_code_cell(code, id="code"),
        ]
        kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        self.write(
            f"book/{name}.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel))
        )

    def table(self, name: str, content: str, **more: str) -> None:
        self.write(f"data/{name}.csv", content)
        self.resources[name] = refresh.describe({**description(name), **more}, content.encode(), [])
        package = {**refresh.PACKAGE, "resources": list(self.resources.values())}
        self.write("data/datapackage.json", json.dumps(package))

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", COMMAND, "build", *options, "book"]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **streams)

    def build(self, *options: str) -> Built:
        with self.start(*options) as building:
            text, _ = building.communicate()
        return Built(building.returncode, text)

    def killed_after(self, words: str) -> Built:
        """Build; kill the process as soon as it prints a line with these words."""
        text = ""
        with self.start(*STRICT) as building:
            for line in building.stdout:
                text += line
                if words in line:
                    building.kill()
        return Built(building.returncode, text)

    def page(self, name: str) -> str:
        return (self.folder / "book/_build/html" / f"{name}.html").read_text()

    def digest(self, name: str) -> str:
        return re.search(r'class="provenance">.*?<code>(\w{12})</code>', self.page(name)).group(1)

    def outcome(self, run: set[str], *options: str) -> Built:
        """Build; assert that it succeeded and that exactly these chapters ran."""
        built = self.build(*(options or STRICT))
        assert built.status == 0, built.text
        assert (built.run, built.kept) == (run, CHAPTERS - run), built.text
        return built


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A small book, built once: each test changes something and leaves all chapters up to date."""
    made = Book(tmp_path_factory.mktemp("report"))
    made.outcome(CHAPTERS)
    return made


def test_the_first_build_runs_all_and_the_plain_command_runs_none_when_nothing_changed(book):
    assert f"{book.folder}/analysis/__init__.py" in book.page("first")
    for page in ("first", "deep/second"):
        assert re.search(r"Run on \d+ \w+ \d{4}\. Inputs <code>", book.page(page))
        assert "Not signed off by a person yet." in book.page(page)
    assert "provenance" not in book.page("index")
    assert not (book.folder / "book/_build/html/.buildinfo").exists(), "it names folders of this machine"
    built = book.outcome(set(), "--quiet")
    assert "config changed" not in built.text


def test_a_changed_value_runs_the_chapter_that_loads_it_and_every_page_shows_the_new_value(book):
    before = book.digest("first"), book.digest("deep/second")
    book.table("a", "key,value\nx,11\ny,3003\n")
    book.outcome({"first"})
    for page in ("index", "deep/second"):
        assert "value 3014" in book.page(page), page
        assert "value 41" not in book.page(page), page
    assert book.digest("first") != before[0]
    assert book.digest("deep/second") == before[1]


def test_a_module_imported_by_way_of_another_runs_only_the_chapter_that_imports_it(book):
    book.write("analysis/inner.py", '"""Inner."""\n\nTWICE = 500\n')
    book.outcome({"deep/second"})
    assert "1000" in book.page("deep/second")


def test_prose_and_the_description_of_a_table_nobody_loads_run_nothing(book):
    book.chapter("first", FIRST, "these words are new.")
    book.write("book/index.md", INDEX + "\nSo are these.\n")
    book.table("c", "key,value\nx,12\n", title="Another title")
    digest = book.digest("first")
    book.outcome(set())
    assert "these words are new." in book.page("first")
    assert f"{book.folder}/analysis/__init__.py" in book.page("first")
    assert "So are these." in book.page("index")
    assert book.digest("first") == digest


def test_a_description_runs_the_chapter_that_loads_the_table_and_half_a_kept_file_is_made_again(book):
    kept = book.folder / "book/_build/.fresh/first.ipynb"
    kept.write_text(kept.read_text()[:300])
    kept.with_suffix(".part").write_text("{")  # what a killed build leaves
    book.table("b", "key,value\nx,11\ny,30\n", title="Another title")
    built = book.outcome({"first", "deep/second"})
    assert "first: to be run (no outputs kept)" in built.text
    assert "deep/second: to be run (table b changed)" in built.text
    assert json.loads(kept.read_text())["metadata"]["fresh"]["tables"]["a"]["path"] == "data/a.csv"


def test_a_changed_lock_runs_all(book):
    lock = book.folder / "requirements.lock"
    lock.write_text(lock.read_text() + "# another\n")
    built = book.outcome(CHAPTERS)
    assert built.text.count("(requirements.lock changed)") == len(CHAPTERS)


def test_a_chapter_without_tables_follows_its_modules_even_when_edited_while_it_runs(book):
    book.chapter("scratch", EDITS_WHILE_RUNNING, "edited on the way.")
    book.outcome({"scratch"})
    assert "scratch: to be run (analysis/lone.py changed)" in book.outcome({"scratch"}).text


def test_tables_that_only_worker_processes_load_are_in_the_record(book):
    book.chapter("scratch", WORKERS, "it works in parallel.")
    book.outcome({"scratch"})
    book.table("d", "key,value\nx,77\n")
    assert "scratch: to be run (table d changed)" in book.outcome({"scratch"}).text


def test_a_chapter_that_raises_fails_the_build_and_the_next_shows_what_ran_in_it(book):
    book.table("b", "key,value\nx,1\ny,2\nz,3\n")
    book.write("analysis/inner.py", '"""Inner."""\n\nTWICE = 1234\n')
    book.chapter("first", "1 / 0", "it fails.")
    built = book.build(*STRICT)
    assert built.status != 0
    assert built.run == {"deep/second"}
    for words in ("first: to be run (its code changed)", "chapter first failed", "ZeroDivisionError"):
        assert words in built.text
    book.chapter("first", FIRST, "plain.")
    book.outcome(set())
    assert "3702" in book.page("deep/second")


def test_after_a_killed_build_the_next_shows_what_ran_in_it(book):
    book.table("a", "key,value\nx,5\ny,6000\n")
    assert book.killed_after("first: run in").run == {"first"}
    book.outcome(set())
    for page in ("index", "deep/second"):
        assert "value 6005" in book.page(page), page


def test_another_builder_does_not_hide_a_change_from_the_pages(book):
    book.table("a", "key,value\nx,5\ny,7000\n")
    book.outcome({"first"}, "-q", "--builder", "custom", "--custom-builder", "text")
    book.outcome(set())
    assert "value 7005" in book.page("index")


def test_the_page_of_a_chapter_that_is_taken_out_goes_too(book):
    book.chapter("third", "1 + 1", "it will go.")
    book.write("book/_toc.yml", TOC + "  - file: third\n")
    assert book.build(*STRICT).run == {"third"}
    assert "it will go" in book.page("third")
    (book.folder / "book/third.ipynb").unlink()
    book.write("book/_toc.yml", TOC)
    book.outcome(set())
    assert not (book.folder / "book/_build/html/third.html").exists()


def test_what_nbval_found_equal_is_not_run_again_and_what_differs_is(book):
    """A stored output that is no longer true fails, and its run is not what the pages show."""
    (book.folder / "tests").mkdir(exist_ok=True)
    for name in ("__init__.py", "kept_runs.py"):
        shutil.copy(ROOT / "tests" / name, book.folder / "tests" / name)
    book.chapter("scratch", "8000 + 5", "it is compared.")
    book.table("b", "key,value\nx,1\n")
    for name, stored in (("scratch", "8005"), ("deep/second", "7")):
        file = book.folder / "book" / f"{name}.ipynb"
        chapter = nbformat.read(file, as_version=4)
        result = nbformat.v4.new_output("execute_result", {"text/plain": stored}, execution_count=1)
        chapter.cells[1].outputs, chapter.cells[1].execution_count = [result], 1
        nbformat.write(chapter, file)
    command = ["pytest", "-q", "-p", "tests.kept_runs", "--nbval", "-p", "no:cacheprovider"]
    compared = subprocess.run(
        [sys.executable, "-m", *command, "book/scratch.ipynb", "book/deep/second.ipynb"],
        cwd=book.folder, env=book.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert re.search(r"1 failed, 1 passed", compared.stdout), compared.stdout
    book.outcome({"deep/second"})
    assert "8005" in book.page("scratch")


def test_a_sign_off_reaches_the_foot_of_the_page_and_says_when_it_no_longer_holds(book):
    def signed(digest: str) -> None:
        row = f"first,a reader,person,2026-11-20,{digest},\n"
        names = "chapter,role,kind,signed_on,digest,note"
        fields = [{"name": name, "type": "string"} for name in names.split(",")]
        schema = {"fields": fields, "primaryKey": ["chapter"], "missingValues": [""]}
        book.table("signoffs", f"{names}\n{row}", schema=schema)

    show = "from analysis import quality; print(quality.digest('first'))"
    asked = subprocess.check_output(
        [sys.executable, "-c", show], cwd=book.folder, env=book.environment, text=True
    )
    signed(asked.strip())
    book.outcome(set())
    assert "Signed off by a reader on 20 November 2026; nothing changed since." in book.page("first")
    assert "Not signed off by a person yet." in book.page("deep/second")
    book.table("a", "key,value\nx,5\ny,9\n")
    book.outcome({"first"})
    assert "Signed off by a reader on 20 November 2026; its text or inputs changed" in book.page("first")


def test_a_warning_fails_the_next_build_too(book):
    book.write("book/index.md", INDEX + "\nSee {doc}`nowhere`.\n")
    for _ in range(2):
        built = book.build(*STRICT)
        assert built.status != 0
        assert "nowhere" in built.text
        assert built.run == set()
    book.write("book/index.md", INDEX)


@pytest.mark.parametrize(
    "left", ["", "{", "[]", "{}", "null", '{"nbformat": 4}', '{"nbformat": 4, "metadata": {"fresh": {}}}']
)
def test_what_is_not_a_record_counts_as_no_outputs_kept(tmp_path, left):
    spec = importlib.util.spec_from_file_location("fresh", ROOT / "book/_ext/fresh.py")
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    app = SimpleNamespace(outdir=str(tmp_path / "html"))
    kept = fresh.place(app, "a/chapter")
    kept.parent.mkdir(parents=True)
    kept.write_text(left)
    assert fresh.load(app, "a/chapter") is None

"""The whole way on a small book, in few builds: what changed runs again, what shows it is written again, nothing else.

Each kind of change is in a table of its own beside the judge (`test_judge`) and the pages (`test_site_pages`).
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
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
INDEX = "# Small book\n\nThe first chapter saw {glue:text}`first.ipynb::seen:s`. See {doc}`deep/second`.\n"
FIRST = """import analysis
from analysis import data
from myst_nb import glue
glue("seen", f"value {data.load('a')['value'].sum()}", display=False)
analysis.__file__"""
SECOND = """from analysis import data, outer
len(data.load("b")) * outer.TWICE"""
SECOND_WORDS = "it saw {glue:text}`../first.ipynb::seen:s`."
SLOW = "import time; time.sleep(300)"
HELPED = """import helper
from joblib import Parallel, delayed
from analysis import data
[len(table) * helper.ONE for table in Parallel(n_jobs=2)(delayed(data.load)(name) for name in "dd")]"""
SAYS = "# {}\n\nAn opening paragraph.\n\nWords: {}\n"
CITED = "Version 77.7"


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
        self.write("book/helper.py", "ONE = 1\n")
        self.chapter("first", FIRST, "plain.")
        self.chapter("scratch", SLOW, "it takes its time.")
        self.chapter("deep/second", SECOND, SECOND_WORDS)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def chapter(self, name: str, code: str, words: str, *, title: str | None = None) -> None:
        cells = [
            nbformat.v4.new_markdown_cell(SAYS.format(title or name, words), id="words"),
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
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, start_new_session=True, **streams
        )

    def build(self, *options: str) -> Built:
        with self.start(*options) as building:
            text, _ = building.communicate()
        return Built(building.returncode, text)

    def page(self, name: str) -> str:
        return (self.folder / "book/_build/html" / f"{name}.html").read_text()

    def record(self, name: str) -> dict:
        """Return the record of a chapter's run."""
        file = self.folder / "book/_build/.fresh" / f"{name}.ipynb"
        return json.loads(file.read_text())["metadata"]["fresh"]

    def pages(self) -> set[str]:
        html = self.folder / "book/_build/html"
        names = {page.relative_to(html).with_suffix("").as_posix() for page in html.rglob("*.html")}
        return {name for name in names if not name.startswith("_static")}

    def digest(self, name: str) -> str:
        return re.search(r'class="provenance">.*?<code>(\w{12})</code>', self.page(name)).group(1)

    def outcome(self, run: set[str], *options: str) -> Built:
        """Build; assert that it succeeded and that exactly these chapters ran."""
        built = self.build(*(options or STRICT))
        assert built.status == 0, built.text
        records = {
            name: book_record["tables"] for name in sorted(built.kept) if (book_record := self.record(name))
        }
        assert (built.run, built.kept) == (run, CHAPTERS - run), f"{built.text}\n{records}"
        return built


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A small book, built once, while another build was under way and was stopped half-way.

    Each test changes something and leaves all chapters up to date.
    """
    made = Book(tmp_path_factory.mktemp("report"))
    with made.start(*STRICT) as first:
        text = ""
        while "scratch: running" not in text:
            text += (line := first.stdout.readline())
            assert line, text
        with made.start(*STRICT) as second:
            waits = ""
            while "waiting" not in waits:
                waits += (line := second.stdout.readline())
                assert line, waits
            assert f"another build is at work here (process {first.pid})" in waits, waits
            made.chapter("scratch", HELPED, "it is helped.")
            family = psutil.Process(first.pid).children(recursive=True)
            assert family
            began = time.monotonic()
            os.killpg(first.pid, signal.SIGINT)
            text += first.communicate()[0]
            assert time.monotonic() - began < 3
            made.after_stop = (Built(first.returncode, text), family, made.pages())
            waits += second.communicate()[0]
        made.first = Built(second.returncode, waits)
    return made


def test_a_build_that_is_stopped_leaves_no_kernel_no_traceback_and_no_page(book):
    stopped, family, pages = book.after_stop
    assert stopped.status == 128 + signal.SIGINT
    assert "Traceback" not in stopped.text
    assert "[fresh] stopped" in stopped.text
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert pages == set()


def test_the_build_that_waited_is_whole(book):
    assert book.first.status == 0, book.first.text
    assert "scratch" in book.first.run
    assert book.first.run | book.first.kept == CHAPTERS
    assert {"index", *CHAPTERS} < book.pages()
    for page in ("first", "deep/second"):
        assert re.search(r"Run on \d+ \w+ \d{4}\. Inputs <code>", book.page(page))
        assert "Not signed off by a person yet." in book.page(page)
    assert "provenance" not in book.page("index")
    assert f"{book.folder}/analysis/__init__.py" in book.page("first"), "modules are those of the checkout"
    assert not (book.folder / "book/_build/html/.buildinfo").exists(), "it names folders of this machine"


def test_a_record_names_modules_of_the_book_tables_of_workers_and_versions_imported(book):
    assert {"book/helper.py", "analysis/data.py"} <= set(book.record("scratch")["modules"])
    assert set(book.record("scratch")["tables"]) == {"d"}
    assert {"analysis/inner.py", "analysis/outer.py"} <= set(book.record("deep/second")["modules"])
    assert set(book.record("scratch")["distributions"]) >= {"pandas", "joblib"}
    assert "joblib" not in book.record("first")["distributions"]


def test_what_stands_on_every_page_is_written_again_and_nothing_is_run(book):
    """A renamed chapter, a changed citation and style, a chapter taken out; and a warning, which is not forgotten."""
    digest = book.digest("deep/second")
    citation = book.folder / "CITATION.cff"
    citation.write_text(re.sub(r"(?m)^version: .*$", 'version: "77.7"', citation.read_text()))
    style = book.folder / "book/_static/report.css"
    style.write_text(style.read_text() + "\n.provenance { --planted: 1 }\n")
    (book.folder / "book/_static/terms.js").rename(book.folder / "book/_static/words.js")
    book.chapter("deep/second", SECOND, SECOND_WORDS, title="A renamed chapter")
    book.write("book/_toc.yml", TOC.replace("  - file: scratch\n", ""))
    book.write("book/index.md", INDEX + "\nSee {doc}`nowhere`.\n")
    built = book.build(*STRICT)
    assert (built.run, built.kept) == (set(), {"first", "deep/second"}), built.text
    assert built.status != 0
    assert "nowhere" in built.text
    assert not (book.folder / "book/_build/.fresh/site.json").exists(), "the next build warns again"
    for page in ("index", "first", "deep/second"):
        assert CITED in book.page(page), page
        assert "A renamed chapter" in book.page(page), page
        assert "scratch.html" not in book.page(page), page
    assert book.digest("deep/second") == digest
    assert "scratch" not in book.pages()
    html = book.folder / "book/_build/html"
    assert "--planted" in (html / "_static/site.css").read_text()
    assert (html / "_static/words.js").exists()
    assert not (html / "_static/terms.js").exists()


def test_what_nbval_found_equal_is_not_run_again_and_what_changed_or_fails_is(book):
    """One comparison, a build with a chapter that fails, and one that puts it right, without Sphinx's own memory."""
    (book.folder / "tests").mkdir(exist_ok=True)
    for name in ("__init__.py", "kept_runs.py"):
        shutil.copy(ROOT / "tests" / name, book.folder / "tests" / name)
    book.write("book/_toc.yml", TOC)
    book.write("book/helper.py", "ONE = 4001\n")
    book.write("analysis/inner.py", '"""Inner."""\n\nTWICE = 500\n')
    book.chapter("deep/second", SECOND, SECOND_WORDS)
    book.chapter("scratch", HELPED, "it is helped.")
    for name, stored in (("scratch", "[8002, 8002]"), ("deep/second", "7")):
        file = book.folder / "book" / f"{name}.ipynb"
        chapter = nbformat.read(file, as_version=4)
        result = nbformat.v4.new_output("execute_result", {"text/plain": stored}, execution_count=1)
        chapter.cells[1].outputs, chapter.cells[1].execution_count = [result], 1
        nbformat.write(chapter, file)
    command = ["pytest", "-q", "-p", "tests.kept_runs", "--nbval", "-p", "no:cacheprovider"]
    compared = subprocess.run(
        [sys.executable, "-m", *command, "book/scratch.ipynb", "book/deep/second.ipynb"],
        cwd=book.folder, env={**book.environment, "CI": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert re.search(r"1 failed, 1 passed", compared.stdout), compared.stdout
    assert book.record("scratch")["modules"].keys() >= {"book/helper.py"}
    compared_again(book, command)

    book.chapter("first", "1 / 0", "it fails.")
    before = book.page("index"), book.pages()
    built = book.build(*STRICT)
    assert built.status != 0
    assert (built.run, built.kept) == ({"deep/second"}, {"scratch"}), built.text
    for words in (
        "deep/second: to be run (analysis/inner.py changed)",
        "chapter first failed",
        "ZeroDivisionError",
    ):
        assert words in built.text
    assert (book.page("index"), book.pages()) == before, "the pages of before stay"

    book.table("a", "key,value\nx,11\ny,3003\n")
    book.chapter("first", FIRST, "plain.")
    book.write("book/index.md", INDEX)
    sign_off(book)
    shutil.rmtree(book.folder / "book/_build/.doctrees")
    for folder in ("html", ".html"):
        shutil.copy(
            book.folder / "book/_build/html/first.html", book.folder / f"book/_build/{folder}/taken-out.html"
        )
    book.outcome({"first"})
    assert "1000" in book.page("deep/second"), "it ran in the build that failed"
    assert "8002" in book.page("scratch"), "it was compared"
    for page in ("index", "deep/second"):
        assert "value 3014" in book.page(page), page
        assert "value 41" not in book.page(page), page
    assert book.pages() == {"index", *CHAPTERS, "genindex", "search", "404"}
    assert "Signed off by a reader on 20 November 2026; nothing changed since." in book.page("scratch")
    assert "Not signed off by a person yet." in book.page("deep/second")


def compared_again(book: Book, command: list[str]) -> None:
    """A chapter compared from these very inputs is not run twice by a developer; CI, and another number, run it."""
    file = book.folder / "book/scratch.ipynb"
    stored = file.read_text()
    for ci, text, told in (("", stored, "1 skipped"), ("true", stored, "1 passed"),
                           ("", stored.replace("[8002, 8002]", "[8002, 8003]"), "1 failed"),
                           ("", stored, "1 skipped")):  # fmt: skip
        file.write_text(text)
        again = subprocess.run(
            [sys.executable, "-m", *command, "book/scratch.ipynb"],
            cwd=book.folder, env={**book.environment, "CI": ci}, capture_output=True, text=True,
        )  # fmt: skip
        assert told in again.stdout, again.stdout


def sign_off(book: Book) -> None:
    """Sign the chapter `scratch` off as it stands."""
    show = "from analysis.edition import signoffs; print(signoffs.digest('scratch'))"
    asked = subprocess.check_output(
        [sys.executable, "-c", show], cwd=book.folder, env=book.environment, text=True
    )
    row = f"scratch,a reader,person,2026-11-20,{asked.strip()},\n"
    names = "chapter,role,kind,signed_on,digest,note"
    fields = [{"name": name, "type": "string"} for name in names.split(",")]
    schema = {"fields": fields, "primaryKey": ["chapter"], "missingValues": [""]}
    book.table("signoffs", f"{names}\n{row}", schema=schema)

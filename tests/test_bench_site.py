"""The benchmark of builds changes what it says it changes, and reads the builds' own words."""

import json
import os
import time

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis import data
from tests import bench, bench_site

TOC = "format: jb-book\nroot: index\nparts:\n  - chapters:\n      - file: costs\n      - file: about/reading\n      - file: regime\n"
CONFIG = {
    "title": "T",
    "author": "A",
    "only_build_toc_files": True,
    "exclude_patterns": [],
    "parse": {},
    "bibtex_bibfiles": ["references.bib"],
    "execute": {"execute_notebooks": "off"},
    "sphinx": {"local_extensions": {"fresh": "_ext", "lookup": "_ext"}, "config": {"language": "en-GB"}},
}


@pytest.fixture
def copy(tmp_path):
    book = tmp_path / "book"
    for folder in ("_ext", "_static", "_scripts", "about"):
        (book / folder).mkdir(parents=True)
    (book / "_toc.yml").write_text(TOC)
    (book / "_config.yml").write_text(yaml.safe_dump(CONFIG))
    for name in ("index.ipynb", "costs.ipynb", "regime.ipynb", "about/reading.md"):
        (book / name).touch()
    return tmp_path


def test_a_revised_table_passes_the_door_with_one_number_changed(tmp_path, monkeypatch):
    for name in ("datapackage.json", "price_indices.csv"):
        (tmp_path / name).write_bytes((data.FOLDER / name).read_bytes())
    before = data.load("price_indices")
    bench_site.revise(tmp_path, "price_indices")
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    after = data.load("price_indices")
    changed = before.compare(after)
    assert changed.shape[0] == 1
    assert 0 < abs(after["percent"] - before["percent"]).max() < 0.1


def test_a_table_without_a_decimal_number_is_refused(tmp_path):
    package = {
        "resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a", "type": "string"}]}}]
    }
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    pd.DataFrame({"a": ["x.y"]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ValueError, match="t has no number"):
        bench_site.revise(tmp_path, "t")


def test_chosen_chapters_and_all_texts_stay_in_the_contents(copy):
    bench_site.contents(copy, ["regime"])
    toc = yaml.safe_load((copy / "book/_toc.yml").read_text())
    assert (toc["root"], [one["file"] for one in toc["chapters"]]) == ("regime", ["about/reading"])
    assert bench_site.chapters(copy) == ["regime"]
    with pytest.raises(SystemExit, match="no such chapter: none"):
        bench_site.contents(copy, ["none"])


def test_the_stock_copy_has_nothing_of_ours(copy):
    bench_site.stock(copy)
    config = yaml.safe_load((copy / "book/_config.yml").read_text())
    assert "sphinx" not in config
    assert config["execute"]["execute_notebooks"] == "cache"
    assert not any((copy / "book" / folder).exists() for folder in ("_ext", "_static", "_scripts"))


def test_both_builds_words_name_the_chapters_run(tmp_path):
    told = (
        "[fresh] metrics/entry: to be run (no outputs kept)\n[fresh] metrics/entry: run in 3.1 s\n"
        f"\x1b[39;49;00m{tmp_path}/book/costs.ipynb: Executing notebook using local CWD [mystnb]\n"
        f"{tmp_path}/book/regime.ipynb: Using cached notebook: ID=1 [mystnb]\n"
    )
    assert bench_site.ran(told, tmp_path) == {"metrics/entry", "costs"}


def test_memory_in_use_is_seen(monkeypatch):
    monkeypatch.setattr(bench_site, "EVERY", 0.01)
    peak, over = [0.0], bench_site.threading.Event()
    watcher = bench_site.threading.Thread(target=bench_site.watch, args=(os.getpid(), peak, over))
    watcher.start()
    time.sleep(0.2)
    over.set()
    watcher.join()
    assert peak[0] > 20


def test_each_row_of_ours_in_the_benchmark_of_effects_can_be_run():
    frame = bench.panel("shmi", 1)
    for task in ("entry: estimates and intervals", "entry: chance", "leaving"):
        assert np.isfinite(bench.TASKS[task](frame, "shmi", 19)), task

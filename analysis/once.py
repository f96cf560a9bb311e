"""Numbers of record once: a result that several chapters show is computed once, kept on disk and used again.

A result is kept under what is known before it is computed: the function and its arguments, the code that it can reach
(its module and all of ours that these import), the lock, Python and the libraries, and what bends their arithmetic. With
it stands what was used meanwhile, tables above all; it counts as long as these are what they were. A hit notes the
same tables, modules and libraries in `analysis.trace` as the computation did, so that a chapter stays as fresh as it
was. joblib's `Memory` keeps the files, each written whole; one that is damaged, cut short or altered misses its digest
and is computed anew.
"""

import hashlib
import inspect
import json
import os
import pickle
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache, wraps
from importlib import metadata
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from joblib import Memory
from joblib.parallel import get_active_backend

from analysis import data, trace

P = ParamSpec("P")
R = TypeVar("R")
FOLDER = "REPORT_RESULTS"  # names another folder than PLACE; blank: nothing is kept on disk
PLACE = trace.ROOT / "book" / "_build" / ".results"
LARGEST = 500_000_000  # bytes on disk; the oldest go first
PANEL = "panel"  # argument by which a question is asked of other figures, for a sensitivity or a simulation
HELD = 256  # objects that one function shares in a process
STARTED = time.time()
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")
BENDS = (  # settings that may reach a last digit
    "OPENBLAS_", "OMP_", "MKL_", "NPY_", "VECLIB_", "BLIS_", "GLIBC_TUNABLES", "LD_PRELOAD", "PYTHONHASHSEED",
)  # fmt: skip
IMPORTED = re.compile(
    r"^ *from (analysis[\w.]*) import (?:\(([^)]*)\)|(.+))$|^ *import (analysis[\w.]+)", re.M
)
NAME = re.compile(r"(\w+)(?: as \w+)?")
Entry = Mapping[str, Any]


class Unfit(TypeError):
    """An argument that no result can be kept under: only plain values can."""


def result(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function of plain arguments returns; each caller gets an object of their own.

    The function must depend on nothing but its arguments, our code and tables read through `analysis.data`; what it
    returns must pickle. A ValueError that it raises is kept too, one about the tables themselves is not. A call that
    names another PANEL than that of record is computed each time.
    """

    @wraps(function)
    def kept(*args: P.args, **named: P.kwargs) -> R:
        if named.get(PANEL) is not None or not _keeps(function.__module__):
            return function(*args, **named)
        return _given(_entry(_key(function, args, named), function, args, named))

    return kept


def shared(function: Callable[P, R]) -> Callable[P, R]:
    """Keep as `result` does, and in this process too: one object for all who ask. Read it, never change it."""
    known: dict[str, tuple[Entry, Any]] = {}

    @wraps(function)
    def kept(*args: P.args, **named: P.kwargs) -> R:
        key = _key(function, args, named)
        if key in known and _fresh(known[key][0]):
            entry, value = known[key]
            trace.again(entry["used"])
            return value
        if _keeps(function.__module__):
            entry = _entry(key, function, args, named)
            value = _given(entry)
        else:
            with trace.noting() as used:
                value = function(*args, **named)
            entry = {"used": used}
        if len(known) >= HELD:
            known.pop(next(iter(known)))
        known[key] = entry, value
        return value

    kept.cache_clear = known.clear  # type: ignore[attr-defined]
    return kept


def place() -> Path | None:
    """Return the folder of kept results, None when nothing is kept on disk."""
    chosen = os.environ.get(FOLDER)
    return PLACE if chosen is None else Path(chosen) if chosen else None


def tidy() -> None:
    """Take away the oldest results beyond LARGEST bytes."""
    where = place()
    if where is not None and where.is_dir():
        Memory(where, verbose=0).reduce_size(bytes_limit=LARGEST)


def _keeps(module: str) -> bool:
    """Tell whether results go to disk: there is a folder, nothing was edited since, no workers whose use is not seen."""
    backend, workers = get_active_backend()
    alone = (backend.default_n_jobs if workers is None else workers) == 1
    return place() is not None and alone and not _edited(module)


@cache
def _edited(module: str) -> bool:
    """Tell whether code that a module reaches is younger than this process, which then may run other code."""
    return any((trace.ROOT / name).stat().st_mtime > STARTED for name in reached(module))


def _entry(key: str, function: Callable, args: tuple, named: Mapping[str, Any]) -> Entry:
    """Return a fresh entry, found or made: `value` (pickled), `raised`, `used`, `digest`."""
    store = _store(place())
    asked = (key, function, args, named)
    found = _read(store, asked)
    if found is None or found["digest"] != _digest(key, found) or not _fresh(found):
        found, _ = store.call(*asked)  # also when it cannot be written whole: another process may be at it
    else:
        trace.again(found["used"])
    return found


@cache
def _store(where: Path | None) -> Any:
    return Memory(where, verbose=0).cache(_made, ignore=["function", "args", "named"])


def _read(store: Any, asked: tuple) -> Entry | None:
    """Return what is on disk, whatever its state, None where there is nothing that can be read."""
    try:
        found = store.call_and_shelve(*asked).get() if store.check_call_in_cache(*asked) else None
        return found if {"value", "raised", "used", "digest"} <= set(found or ()) else None
    except Exception:  # cut short, damaged, no entry of ours, or taken away meanwhile
        return None


def _made(key: str, function: Callable, args: tuple, named: Mapping[str, Any]) -> Entry:
    """Compute, and note what is used meanwhile."""
    raised = False
    with trace.noting() as used:
        try:
            value: Any = function(*args, **named)
        except data.DataError:
            raise
        except ValueError as error:
            value, raised = error, True
    used["modules"] = sorted({*used["modules"], *reached(function.__module__)})
    entry = {"value": pickle.dumps(value), "raised": raised, "used": used}
    return {**entry, "digest": _digest(key, entry)}


def _given(entry: Entry) -> Any:
    value = pickle.loads(entry["value"])
    if entry["raised"]:
        raise value
    return value


def _digest(key: str, entry: Entry) -> str:
    told = json.dumps([key, entry["raised"], entry["used"]], sort_keys=True)
    return hashlib.sha256(told.encode() + entry["value"]).hexdigest()


def _fresh(entry: Entry) -> bool:
    """Tell whether the tables and files that a result used are what they were."""
    used = entry["used"]
    if used["listed"] is not None and used["listed"] != data.names():
        return False
    described = data.descriptions()
    return all(trace.same(name, note, described) for name, note in used["tables"].items())


def _key(function: Callable, args: tuple, named: Mapping[str, Any]) -> str:
    """Return what a result is kept under, as a digest."""
    given = _signature(function).bind(*args, **named)
    given.apply_defaults()
    plain = {name: _plain(function, value) for name, value in given.arguments.items()}
    bent = {name: os.environ[name] for name in os.environ if name.startswith(BENDS)}
    name = f"{function.__module__}.{function.__qualname__}"
    parts = [name, plain, bent, str(data.FOLDER), _circumstances(function.__module__)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _plain(function: Callable, value: object) -> object:
    if isinstance(value, list | tuple | range):
        return [type(value).__name__, *(_plain(function, part) for part in value)]
    if isinstance(value, dict):
        return {str(name): _plain(function, part) for name, part in value.items()}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise Unfit(
        f"{function.__name__}: found {type(value).__name__}. Allowed: texts, numbers, None, lists of these."
    )


@cache
def _signature(function: Callable) -> inspect.Signature:
    return inspect.signature(function)


@cache
def _circumstances(module: str) -> str:
    """Return a digest of the code that a module reaches, the lock, Python, the machine and the libraries."""
    code = {name: trace.digest(trace.ROOT / name) for name in sorted(reached(module))}
    libraries = [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    lock = trace.digest(trace.ROOT / "requirements.lock")
    told = json.dumps([code, lock, trace.python(), _processor(), libraries])
    return hashlib.sha256(told.encode()).hexdigest()


def _processor() -> list[Any]:
    """Return the kind of processor and what numpy uses of it: its sums take another order on another one."""
    return [platform.machine(), sys.byteorder, np.show_config(mode="dicts")["SIMD Extensions"]]


@cache
def reached(module: str) -> frozenset[str]:
    """Return the files of ours that a module of ours can reach by imports, its own among them, as paths of the checkout."""
    found: set[str] = set()
    todo = [module]
    while todo:
        path = _file(todo.pop())
        if path is not None and path not in found:
            found.add(path)
            todo += _imports(path)
    return frozenset(found)


@cache
def _imports(path: str) -> tuple[str, ...]:
    """Return the dotted names that a file imports of ours, names within modules among them."""
    names = []
    for room, several, one, plain in IMPORTED.findall((trace.ROOT / path).read_text(encoding="utf-8")):
        names += [plain] if plain else [room, *(f"{room}.{name}" for name in NAME.findall(several or one))]
    return tuple(names)


def _file(module: str) -> str | None:
    path = Path(*module.split(".")).with_suffix(".py")
    return path.as_posix() if (trace.ROOT / path).is_file() else None

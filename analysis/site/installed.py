"""Is what is installed here what the lock says, and does all of it belong to this checkout?

`python -m analysis.site.installed` says so before `make` starts: nothing, or one sentence with the remedy.
"""

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
KERNEL = "python3"
OURS = "smq-report"  # its code is in the checkout and counts file by file
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)(?: *; *([^\\]+?))? *\\?\r?$", re.MULTILINE)
AFRESH = "`rm -rf .venv && make book` installs the environment anew"
SHOWN = 3  # of the distributions that differ, named in the sentence


def pins(lock: str, place: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return version by name of what the text of a lock installs. place: values of markers, None = this machine."""
    given = dict(place) if place is not None else None
    found = PINNED.findall(lock)
    return {name: pin for name, pin, marker in found if not marker or Marker(marker).evaluate(given)}


def versions() -> dict[str, str]:
    """Return version by canonical name of every distribution that Python finds here.

    Two versions in one folder, and what was not installed from a package index, are told with the version.
    """
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        here: dict[str, list[str]] = {}
        for info in sorted(Path(folder or ".").glob("*.dist-info")):
            name, _, version = info.stem.rpartition("-")
            away = info / "direct_url.json"
            version += f" from {json.loads(away.read_text()).get('url')}" if away.is_file() else ""
            here.setdefault(canonicalize_name(name), []).append(version)
        for key, several in here.items():
            found.setdefault(key, " and ".join(several))
    return found


def distributions(imported: list[str]) -> dict[str, str]:
    """Return version by name of the distributions that top-level modules come from, those of this checkout left out."""
    known = versions()
    names = {canonicalize_name(name) for module in imported for name in _providers().get(module, ())}
    return {name: known[name] for name in sorted(names - {OURS}) if name in known}


@lru_cache(maxsize=1)
def _providers() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def refusal(checkout: Path = ROOT) -> str:
    """Return why nothing may be built here, one sentence with the remedy; '' when all is well.

    checkout: the repository that is to be built.
    """
    if checkout.resolve() != ROOT:
        return f"the module `analysis` comes from another checkout ({ROOT}), not from {checkout.resolve()}: {AFRESH}"
    lock = LOCK.read_text(encoding="utf-8")
    return differs(pins(lock), versions()) or another_kernel()


def differs(locked: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Say which distributions are not what the lock says; '' when all are. Names in `found` are canonical."""
    wrong = [
        f"{name} {found.get(canonicalize_name(name), 'is missing')} (lock: {version})"
        for name, version in locked.items()
        if found.get(canonicalize_name(name)) != version
    ]
    if not wrong:
        return ""
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return f"what is installed is not what requirements.lock says, {'; '.join(wrong[:SHOWN])}{more}: {AFRESH}"


def another_kernel() -> str:
    """Say whose interpreter the kernel of the chapters is, when it is not the one of this environment."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    remedy = "take its folder out of JUPYTER_PATH, or `jupyter kernelspec remove python3`"
    try:
        spec = KernelSpecManager().get_kernel_spec(KERNEL)
    except (NoSuchKernel, OSError, ValueError) as error:
        return f"the kernel {KERNEL} cannot be read ({error}): {remedy}"
    command = spec.argv[0] if spec.argv else ""
    if command in ("python", KERNEL, f"python{sys.version_info.major}.{sys.version_info.minor}"):
        return ""  # Jupyter starts the Python that asks
    named = shutil.which(command) or command
    if named and Path(named).parent.resolve() == Path(sys.executable).parent.resolve():
        return ""
    return f"the kernel {KERNEL} in {spec.resource_dir} starts {command}, not {sys.executable}: {remedy}"


def require(checkout: Path = ROOT) -> None:
    """End the program with the sentence of `refusal` when there is one."""
    why = refusal(checkout)
    if why:
        raise SystemExit(f"Refused: {why}.")


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m analysis.site.installed", description=__doc__).parse_args()
    require(Path(os.getcwd()))

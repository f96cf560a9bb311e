"""Firefox and WebKit as a distribution ships them, driven without further packages: a page is opened, a script is run in it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

Run = Callable[[str, str], Any]  # address, function of JavaScript without arguments -> what it returns
FIREFOX = ("firefox-esr", "firefox")
WEBKIT, SHOWN_BY = "WebKitWebDriver", "Xvfb"
HIGH = 844  # px of a window
PATIENCE = 60  # seconds until a browser answers


@contextlib.contextmanager
def firefox(folder: Path, width: int) -> Iterator[Run | None]:
    """Yield what opens pages in Firefox by its own protocol (Marionette), in a window of a width; None without Firefox.

    folder: for its profile. The window is as wide as Firefox allows, 500 px at the least.
    """
    program = next((path for name in FIREFOX if (path := shutil.which(name))), None)
    if program is None:
        yield None
        return
    port = _free_port()
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _running(command, {"HOME": str(folder)}), _connected(port) as wire:
        told = wire.makefile("rwb")
        _read(told)  # its greeting

        def ask(name: str, **given: object) -> Any:
            message = json.dumps([0, 1, name, given]).encode()
            told.write(b"%d:%s" % (len(message), message))
            told.flush()
            _, _, error, answer = _read(told)
            if error:
                raise RuntimeError(f"{name}: {error}")
            return answer

        def run(address: str, script: str) -> Any:
            ask("WebDriver:Navigate", url=address)
            return ask("WebDriver:ExecuteScript", script=f"return ({script})()", args=[])["value"]

        ask("WebDriver:NewSession", capabilities={})
        ask("WebDriver:SetWindowRect", width=width, height=HIGH)
        yield run


@contextlib.contextmanager
def webkit(folder: Path, width: int) -> Iterator[Run | None]:
    """Yield what opens pages in WebKitGTK's MiniBrowser by WebDriver; None without it, its driver or a screen to draw on.

    folder: for its settings. The window is as wide as it allows, about 450 px at the least.
    """
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    driver, screen = shutil.which(WEBKIT), shutil.which(SHOWN_BY)
    if not (browser and driver and screen):
        yield None
        return
    port, place = _free_port(), f":{90 + os.getpid() % 900}"
    settings = {"HOME": str(folder), "DISPLAY": place, "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
    settings |= {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LIBGL_ALWAYS_SOFTWARE": "1"}
    options = {"binary": str(browser), "args": ["--automation"]}
    at = f"http://127.0.0.1:{port}/session"
    with (
        _running([screen, place, "-screen", "0", "1400x1000x24"], {}),
        _running([driver, f"--port={port}"], settings),
        _connected(port),
    ):

        def ask(name: str, given: object) -> Any:
            answer = requests.post(f"{at}{name}", json=given, timeout=PATIENCE).json()["value"]
            if isinstance(answer, dict) and "error" in answer:
                raise RuntimeError(f"{name}: {answer['message']}")
            return answer

        def run(address: str, script: str) -> Any:
            ask("/url", {"url": address})
            return ask("/execute/sync", {"script": f"return ({script})()", "args": []})

        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        at += f"/{ask('', wanted)['sessionId']}"
        ask("/window/rect", {"width": width, "height": HIGH})
        try:
            yield run
        finally:
            requests.delete(at, timeout=PATIENCE)


@contextlib.contextmanager
def _running(command: list[str], settings: dict[str, str]) -> Iterator[None]:
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]} | settings, **quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _connected(port: int) -> socket.socket:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _read(told: Any) -> Any:
    length = b""
    while (one := told.read(1)) != b":":
        length += one
    return json.loads(told.read(int(length)))

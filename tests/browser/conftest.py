"""A real browser on the built pages. Without one the tests are skipped; under `.ci/run` that is a failure."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Request, sync_playwright

from tests.local_web import static_host

HTML = Path(__file__).resolve().parents[2] / "book" / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def absent(why: str) -> None:
    """Skip on a machine without a browser; fail where one was promised."""
    if os.environ.get("REPORT_BROWSER"):
        pytest.fail(f"{why}, and REPORT_BROWSER says that browser tests must run.")
    pytest.skip(why)


@pytest.fixture(scope="session")
def site():
    """Address of the built pages on a host that allows them little: a folder of its own, and no other host's files.

    So every test also tells that the pages need neither the root of a host nor anything written into them.
    """
    if not (HTML / "index.html").is_file():
        absent("the site is not built (make book)")
    with static_host(HTML, under="/report", policy="default-src 'self'") as address:
        yield address


@pytest.fixture(scope="session")
def disk():
    """Address of the built pages as files of this machine."""
    if not (HTML / "index.html").is_file():
        absent("the site is not built (make book)")
    return HTML.as_uri()


@pytest.fixture(scope="session")
def chromium():
    """The machine's own Chromium."""
    where = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if where is None:
        absent(f"no browser found; looked for {', '.join(BROWSERS)}")
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=where, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, site):
    """Open an address of the site: `open_page("costs.html", viewport=PHONE)`; faults are in `page.faults`.

    Faults are console errors, errors of scripts, failed requests and requests to other hosts or folders.
    """
    yield from opener(chromium, site)


@pytest.fixture
def open_file(chromium, disk):
    """Open a page from disk, as `open_page` opens it on a host."""
    yield from opener(chromium, disk)


@pytest.fixture(scope="session")
def read_page(chromium, site):
    """Open an address as `open_page` does, in the window that other tests with these settings had: a third of the cost.

    For tests that only look. Style sheets and scripts are there already; what a test changed went with its page, and
    nothing may be left in the storage of the browser.
    """
    yield from reader(chromium, site)


@pytest.fixture(scope="session")
def read_file(chromium, disk):
    """Open a page from disk, as `read_page` opens it on a host."""
    yield from reader(chromium, disk)


def reader(chromium, site: str):
    """Yield a function that opens pages of a site one after another, in one window for each kind of settings."""
    windows = {}

    def opened(path: str, *, viewport: dict = DESKTOP, **settings: object):
        kind = tuple(settings.items())
        if kind not in windows:
            windows[kind] = watched(chromium.new_context(**settings), site)
        page = windows[kind]
        page.set_viewport_size(viewport)
        page.faults.clear()
        page.goto(f"{site}/{path}", wait_until="load")
        return page

    yield opened
    for page in windows.values():
        page.context.close()


def opener(chromium, site: str):
    """Yield a function that opens pages of a site, and close them after."""
    contexts = []

    def opened(path: str, *, viewport: dict = DESKTOP, **settings: object):
        page = watched(chromium.new_context(viewport=viewport, **settings), site)
        contexts.append(page.context)
        page.goto(f"{site}/{path}", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


def watched(context, site: str):
    """Return a new page of a context; what goes wrong on it is added to its `faults`."""
    page = context.new_page()
    page.faults = []
    page.on("console", lambda m: page.faults.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(f"script: {error}"))
    page.on("requestfailed", lambda r: page.faults.append(f"failed: {r.url}") if _broken(r) else None)
    page.on("response", lambda r: page.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    page.on("request", lambda r: page.faults.append(f"outside: {r.url}") if _outside(r.url, site) else None)
    return page


@pytest.fixture
def page(open_page, site):
    """A page at desktop width, on the first page of the site; a fault of it or of what follows fails the test."""
    opened = open_page("index.html")
    yield opened
    assert opened.faults == []


def _broken(request: Request) -> bool:
    """Leaving a page aborts what is still under way (its icon, say): no fault of the page."""
    return request.failure != "net::ERR_ABORTED"


def _outside(url: str, site: str) -> bool:
    return not url.startswith((site, "data:", "blob:"))

"""A page in a real browser: Debian's Chromium, or the one that `CHROMIUM` names, by Playwright.

`python tools/browser.py FOLDER` makes pictures of every page of output/site for a person to look
at: as wide as a phone and as a desktop, light and dark.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = {"phone": 390, "desktop": 1300}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    names = (os.environ.get("CHROMIUM") or "chromium", "chromium", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def new_page() -> Iterator[Page]:
    """Start a browser with settings of its own, and close it at the end."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("Chromium is not found: install it, or name one by CHROMIUM=/path")
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium).new_page()
        page.set_default_timeout(60_000)
        # Every page is opened as if for the first time: the site keeps a chosen scheme here.
        page.add_init_script("try { localStorage.clear() } catch { }")
        yield page
        page.context.browser.close()


def open_file(page: Page, path: Path, width: int, scheme: Literal["light", "dark"]) -> None:
    """Open a page of the site, and wait until its scripts have run."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(path.resolve().as_uri())
    # The scripts of the site end their start with the choice of a scheme.
    page.wait_for_function("window.__md_get && __md_get('__palette')")


def main(folder: Path) -> None:
    """Make a picture of every page at every width in every scheme."""
    with new_page() as page:
        for path in sorted((ROOT / "output/site").glob("[!4]*.html")):  # 404 is for a server
            for scheme in SCHEMES:
                for name, width in WIDTHS.items():
                    open_file(page, path, width, scheme)
                    picture = folder / f"{path.stem}-{name}-{scheme}.png"
                    page.screenshot(path=picture, full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

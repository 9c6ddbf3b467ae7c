"""A real browser, driven through a pipe: Debian's Chromium, or what `CHROMIUM` names.

`python tools/browser.py FOLDER` makes pictures of every page of output/site for a person to look
at: at the width of a phone and of a desk, light and dark.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = {"phone": 390, "desk": 1300}
SCHEMES = ("light", "dark")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
SECONDS = 60
"""How long an answer of the browser may take on a machine that is busy."""


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    names = (os.environ.get("CHROMIUM") or "chromium", "chromium", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


class Browser:
    """One page in a browser; it fetches nothing but what it is told to open."""

    def __init__(self, writer: int, reader: int) -> None:
        self._to, self._from = os.fdopen(writer, "wb"), reader
        self._held = b""
        self._count = 0
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")
        # every page is opened as if for the first time: a site keeps a chosen scheme in this store
        forget = "try { localStorage.clear() } catch { }"
        self.call("Page.addScriptToEvaluateOnNewDocument", source=forget)

    def call(self, method: str, **parameters: Any) -> Any:
        """Send a command of the DevTools protocol and return its answer."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def _read(self) -> bytes:
        parts = [self._held]
        while b"\0" not in parts[-1]:
            part = os.read(self._from, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            parts.append(part)
        message, _, self._held = b"".join(parts).partition(b"\0")
        return message

    def see(self, *, width: int, scheme: str) -> None:
        """Be as wide as this, and prefer a light or a dark scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def open(self, path: Path) -> None:
        """Open a file, and wait until its scripts have run."""
        url = path.resolve().as_uri()
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        # the scripts of the site end their start with the choice of a scheme
        self.wait(
            f"location.href === {json.dumps(url)} && document.readyState === 'complete' "
            "&& window.__md_get && __md_get('__palette')"
        )

    def run(self, script: str) -> Any:
        """Return what a piece of JavaScript gives."""
        given = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in given:
            raise RuntimeError(json.dumps(given["exceptionDetails"])[:2000])
        return given["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition in JavaScript holds."""
        end = time.monotonic() + SECONDS
        while not self.run(f"Boolean({condition})"):
            if time.monotonic() > end:
                raise RuntimeError(f"never came true: {condition}")
            time.sleep(0.02)

    def picture(self, *, whole: bool = True) -> bytes:
        """Return a picture of the page as PNG; a long one is cut after 6000 pixels."""
        width, height = self.run(
            "[innerWidth, Math.min(6000, document.documentElement.scrollHeight)]"
        )
        clip = {"x": 0, "y": 0, "width": width, "height": height if whole else 900, "scale": 1}
        given = self.call(
            "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=whole
        )
        return base64.b64decode(given["data"])

    def print(self) -> bytes:
        """Return the page as it prints, on one side of A4."""
        given = self.call(
            "Page.printToPDF",
            printBackground=True,
            paperWidth=8.27,
            paperHeight=11.69,
            marginTop=0.3,
            marginBottom=0.3,
            marginLeft=0.3,
            marginRight=0.3,
            scale=0.8,
        )
        return base64.b64decode(given["data"])


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser with settings of its own, which are gone at the end."""
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("no Chromium is found: install it, or name one by CHROMIUM=/path")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        to_read, to_write = _pipe()
        from_read, from_write = _pipe()
        process = os.posix_spawn(
            chromium,
            [chromium, *OPTIONS, f"--user-data-dir={folder}", "about:blank"],
            os.environ,
            file_actions=[
                *((os.POSIX_SPAWN_OPEN, k, os.devnull, os.O_RDWR, 0) for k in (0, 1, 2)),
                # the numbers at which the protocol wants its pipes
                (os.POSIX_SPAWN_DUP2, to_read, 3),
                (os.POSIX_SPAWN_DUP2, from_write, 4),
            ],
        )
        os.close(to_read)
        os.close(from_write)
        try:
            yield Browser(to_write, from_read)
        finally:
            os.kill(process, signal.SIGTERM)
            os.waitpid(process, 0)


def _pipe() -> tuple[int, int]:
    """Return the ends of a pipe, at numbers that are out of the way of 3 and 4."""
    low = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low)
    for end in low:
        os.close(end)
    return high[0], high[1]


def main(folder: Path) -> None:
    """Make pictures of every page."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as shown:
        for path in sorted((ROOT / "output/site").glob("[!4]*.html")):  # 404 is for a server
            for scheme in SCHEMES:
                for name, width in WIDTHS.items():
                    shown.see(width=width, scheme=scheme)
                    shown.open(path)
                    (folder / f"{path.stem}-{name}-{scheme}.png").write_bytes(shown.picture())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

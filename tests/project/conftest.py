"""The documentation site, built once, and a browser to look at it."""

import fcntl
import os

import pytest
from processes import python

from tools.browser import new_page


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site, once for all the processes that run tests; return its folder."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            done = python("-m", "mkdocs", "build", "--quiet", "--site-dir", str(shared / "half"))
            assert done.returncode == 0, done.stderr
            (shared / "half").rename(folder)
    return folder


@pytest.fixture(scope="module")
def browser():
    with new_page() as page:
        yield page

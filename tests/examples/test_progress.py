"""The line that says how far a loop is: on a terminal only, the same in R and in Python."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest
from processes import INHERITED, ROOT, rscript

sys.path.insert(0, str(ROOT / "examples"))
from progress import Progress

PYTHON = """
import sys, time
sys.path.insert(0, "examples")
from progress import Progress
with Progress(6, "epoch 2", "batches") as progress:
    for _ in range(6):
        time.sleep(0.15)
        progress.advance()
"""
R = """
source("examples/progress.R")
progress <- new_progress(6, "epoch 2", "batches")
for (step in 1:6) {
  Sys.sleep(0.15)
  progress$advance()
}
progress$close()
"""
COMMANDS = {
    "python": [sys.executable, "-c", PYTHON],
    "r": ["Rscript", "--no-environ", "--no-init-file", "-e", R],
}


def test_count_rate_and_time_left():
    progress = Progress(469, "epoch 3", "batches", io.StringIO())
    progress.done = 250
    expected = "epoch 3: 250/469 batches, 2.5/s, 1:28 left"
    assert progress.line(100.0) == expected
    call = 'cat(progress_line(250, 469, "epoch 3", "batches", 100))'
    done = rscript("-e", f'source("examples/progress.R"); {call}')
    assert done.stdout == expected


@pytest.mark.parametrize("language", COMMANDS)
def test_shown_on_a_terminal(language):
    ours, theirs = pty.openpty()
    subprocess.run(
        COMMANDS[language], cwd=ROOT, env=INHERITED, stderr=theirs, check=True, timeout=600
    )
    os.close(theirs)
    shown = os.read(ours, 10000).decode()
    os.close(ours)
    lines = re.findall(r"\repoch 2: (\d)/6 batches, \d+\.\d/s, 0:0\d left\x1b\[K", shown)
    assert len(lines) >= 2
    assert lines == sorted(lines)
    assert shown.endswith("\r\x1b[K")  # the line is cleared at the end


@pytest.mark.parametrize("language", COMMANDS)
def test_silent_elsewhere(language):
    done = subprocess.run(
        COMMANDS[language], cwd=ROOT, env=INHERITED, capture_output=True, check=True, timeout=600
    )
    assert (done.stdout, done.stderr) == (b"", b"")

"""Run every benchmark, print the tables, and name the aims that were missed: `make bench`.

The tables go to benchmarks/measured.md, which the repository keeps, with its date and machine, and
which the documentation site shows. With names of programs only these run, and their tables are
printed alone: `make bench PROGRAMS="subsetting.py reshaping.R"`. Nothing here passes or fails:
times belong to a machine.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import aims
from timing import Note, Row, show, tables_of, time_text

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "benchmarks/measured.md"
BUSY = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
"""The load of the machine before this program began."""
TOPICS = {
    "Subscripts from Python": ("subsetting.py", "backends.py"),
    "Subscripts from R": ("from_r.R",),
    "Reshape and recycle": ("reshaping.py", "reshaping.R", "recycling.py"),
    "Arrays between R and Python": ("conversion.R", "conversion.py"),
    "Tables between R and Python, in R": ("tables.R",),
    "Tables between R and Python, under rpy2": ("tables.py",),
    "Stored arrays": ("stores.py",),
    "Whole jobs": ("jobs.py",),
    "Growth with size": ("growth.py",),
    "The test kit": ("kit.py",),
}
"""The programs by the headings of the page."""


def rows_of(program: str, folder: Path) -> list[Row | Note]:
    """Run one program, in a process of its own, and return its rows and notes."""
    path = folder / f"{program}.json"
    runner = (
        ["Rscript", "--no-environ", "--no-init-file"]
        if program.endswith(".R")
        else [sys.executable]
    )
    print(f"{program} ...", end=" ", file=sys.stderr, flush=True)
    began = time.perf_counter()
    subprocess.run([*runner, f"benchmarks/{program}", str(path)], cwd=ROOT, check=True)
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    found = json.loads(path.read_text())
    return [Note(**each) if "text" in each else Row(**each) for each in found]


def machine() -> str:
    """Return when and on what this was measured, without the name of the machine."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = (models or [platform.processor() or platform.machine()])[0]
    command = ["Rscript", "--no-environ", "--no-init-file", "-e", "cat(format(getRversion()))"]
    r = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    day = date.today()
    return (
        f"Measured on {day.day} {day:%B %Y}, on {os.cpu_count()} processors ({model}) under "
        f"{platform.system()}, with Python {platform.python_version()}, NumPy {version('numpy')} "
        f"and R {r}. The load of the machine was {BUSY:.1f} when it began."
    )


def markdown(topics: dict[str, list[Row | Note]]) -> str:
    """Return the aims and the tables as the documentation reads them."""
    lines = [machine(), "", "## Aims", ""]
    lines += ["| what | instead | ratio | aim |", "|-|-|-:|-:|"]
    timed = [row for rows in topics.values() for row in rows if isinstance(row, Row)]
    for aim, ratio in aims.measured(timed):
        lines.append(f"| {aim.what} | {aim.instead} | {ratio:.3g} | {aim.most:g} |")
    for topic, rows in topics.items():
        lines += ["", f"## {topic}"]
        for title, found, notes in tables_of(rows):
            lines += ["", f"### {title}", ""]
            if found:
                lines += ["| what | ratio | pybridge | alternative | which |", "|-|-:|-:|-:|-|"]
            lines += map(_line, found)
            for note in notes:
                lines += ["", note.text] if lines[-1] else [note.text]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    label = row.label.replace("|", "\\|")
    return (
        f"| `{label}` | {row.ratio:.3g} | {time_text(row.ours)} | {time_text(row.theirs)} | "
        f"{row.alternative} |"
    )


def main(named: list[str]) -> None:
    """Measure everything and keep it, or the programs that are named, and print it."""
    topics = {"": tuple(named)} if named else TOPICS
    with tempfile.TemporaryDirectory() as folder:
        found = {
            topic: [row for program in programs for row in rows_of(program, Path(folder))]
            for topic, programs in topics.items()
        }
    rows = [row for each in found.values() for row in each]
    show(rows)
    if not named:
        MEASURED.write_text(markdown(found))
        print(f"\n{MEASURED}")
    print(f"\n{aims.summary(row for row in rows if isinstance(row, Row))}")


if __name__ == "__main__":
    main(sys.argv[1:])

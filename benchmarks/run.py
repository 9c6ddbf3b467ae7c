"""Run every benchmark and print one table: `make bench`.

The rows go to output/benchmarks.json and to benchmarks/measured.md, which the repository keeps,
with its date and machine, and which the documentation site draws. With names of programs after it
only these run, and the site shows their tables alone: `python benchmarks/run.py subsetting.py
reshaping.R`. Nothing here passes or fails: times belong to a machine, and a `!` after an aim says
only that this run missed it.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from timing import Note, Row, show, tables_of, time_text

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "output"
MEASURED = ROOT / "benchmarks/measured.md"
BUSY = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
"""The load of the machine before this program began."""
PROGRAMS = (
    "subsetting.py",
    "backends.py",
    "from_r.R",
    "reshaping.py",
    "reshaping.R",
    "recycling.py",
    "conversion.py",
    "stores.py",
    "conversion.R",
    "tables.R",
    "tables.py",
    "jobs.py",
    "growth.py",
    "kit.py",
)


def rows_of(program: str, folder: Path) -> list[Row | Note]:
    """Run one program, in a process of its own, and return its rows and notes."""
    path = folder / f"{program}.json"
    runner = (
        ["Rscript", "--no-environ", "--no-init-file"]
        if program.endswith(".R")
        else [sys.executable]
    )
    print(f"running {program} ...", file=sys.stderr, flush=True)
    subprocess.run([*runner, f"benchmarks/{program}", str(path)], cwd=ROOT, check=True)
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


def markdown(rows: list[Row | Note]) -> str:
    """Return the tables as the documentation shows them."""
    lines = ["", machine()]
    for title, timed, notes in tables_of(rows):
        lines += ["", f"## {title}", ""]
        if timed:
            lines += ["| | ratio | aim | pybridge | alternative | |", "|-|-:|-:|-:|-:|-|"]
        lines += map(_line, timed)
        for note in notes:
            lines += ["", note.text] if lines[-1] else [note.text]
    return "\n".join(lines[1:]) + "\n"


def _line(row: Row) -> str:
    label = row.label.replace("|", "\\|")
    aim = "" if row.aim is None else format(row.aim, ".3g")
    return (
        f"| `{label}` | {row.ratio:.3g} | {aim} | {time_text(row.ours)} | "
        f"{time_text(row.theirs)} | {row.alternative} |"
    )


def main() -> None:
    """Measure everything, or the programs that are named, print it and keep it."""
    named = tuple(sys.argv[1:])
    OUTPUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for program in named or PROGRAMS for row in rows_of(program, Path(folder))]
    show(rows)
    (OUTPUT / "benchmarks.json").write_text(json.dumps([vars(row) for row in rows], indent=1))
    MEASURED.write_text(markdown(rows))
    print(f"\n{OUTPUT}/benchmarks.json, {MEASURED}")


if __name__ == "__main__":
    main()

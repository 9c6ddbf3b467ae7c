"""At most twenty aims, each beside what a user would write instead; the page begins with times."""

import re
import sys
from dataclasses import replace
from importlib import import_module

import pytest
from processes import ROOT

from tools import measured

sys.path.insert(0, str(ROOT / "benchmarks"))  # as for a program there
aims, run, timing = map(import_module, ("aims", "run", "timing"))
sys.path.remove(str(ROOT / "benchmarks"))  # which has modules of the names of other tests' own
Note, Row = timing.Note, timing.Row

MEASURED = (ROOT / "benchmarks/measured.md").read_text()
TABLE = re.compile(r"^### (.*)\n\n((?:\|.*\n)+)", re.MULTILINE)


def rows():
    """Return the rows of measured.md: titles, labels, ratios and names of the other way."""
    for title, table in TABLE.findall(MEASURED):
        for label, ratio, _, _, other in measured.rows_of(table):
            yield Row(label.strip("`"), 0, 1, other, float(ratio), title)


def test_there_are_at_most_twenty_aims_each_with_what_a_user_would_write_instead():
    assert 10 <= len(aims.AIMS) <= 20
    assert len({(aim.title, aim.label, aim.alternative) for aim in aims.AIMS}) == len(aims.AIMS)
    assert len({aim.what for aim in aims.AIMS}) == len(aims.AIMS)
    for aim in aims.AIMS:
        assert aim.instead, aim
        assert aim.alternative, aim


def test_each_aim_was_measured():
    found = dict(aims.measured(rows()))
    assert [aim.what for aim in aims.AIMS if aim not in found] == []
    assert len(re.findall(r"^\| .* \| .* \| [\d.]+ \| [\d.]+ \|$", MEASURED, re.M)) == len(found)


def test_a_missed_aim_is_named_with_its_ratio():
    first, second, *_ = aims.AIMS
    met = Row(first.label, 1, 1, first.alternative, first.most, first.title)
    missed = Row(second.label, 1, 1, second.alternative, 2 * second.most, second.title)
    another = replace(missed, title="a table without aims")
    assert aims.summary([met, another]) == "0 of 1 aims missed."
    said = aims.summary([met, missed])
    assert said.startswith("1 of 2 aims missed:\n")
    assert f"{second.what}, compared with {second.instead}: " in said
    assert said.endswith(f": {2 * second.most:.3g}, aim {second.most:g}")


def test_an_aim_is_found_where_the_result_of_the_other_way_differs():
    aim = aims.AIMS[0]
    row = Row(aim.label, 1, 1, aim.alternative + aims.DIFFERS, 0.25, aim.title)
    assert dict(aims.measured([row])) == {aim: 0.25}


def test_every_program_that_compares_runs():
    programs = {name for topic in run.TOPICS.values() for name in topic}
    report = re.compile(r"^    main\(|^report\(\)|^  report\(\)|^        main\(", re.MULTILINE)
    found = {
        path.name
        for path in (ROOT / "benchmarks").iterdir()
        if path.suffix in (".py", ".R") and report.search(path.read_text())
    }
    assert programs == found - {"run.py", "cluster.py"}  # a cluster has no table of ratios


def test_what_is_written_can_be_read(monkeypatch):
    monkeypatch.setattr(run, "machine", lambda: "Measured on a machine.")
    aim = aims.AIMS[0]
    timed = [
        Row(aim.label, 3e-6, 6e-6, aim.alternative, title=aim.title),
        Row("x | y", 2.0, 1.0, "a < b", title=aim.title),
        Note("What differs: nothing.", aim.title),
    ]
    growth = [
        Row("1 KB", 1e-6, 2e-7, "NumPy", title="Growth: x"),
        Row("1 GB", 1.5e-6, 2e-7, "NumPy", title="Growth: x"),
    ]
    text = run.markdown({"Subscripts from R": timed, "Growth with size": growth})
    assert measured.aims(text).count("<tr>") == 2
    assert measured.aims(text).endswith("Measured on a machine.\n")
    drawn = measured.tables(text)
    assert "## Aims" not in drawn
    assert "<code>x | y</code>" in drawn
    assert "a &lt; b" in drawn
    assert "<em>0.5</em>" in drawn
    assert "\n\nWhat differs: nothing." in drawn
    assert drawn.count('<path class="curve') == 2
    assert drawn.count('<table class="bench">') == 2


def test_the_page_begins_with_times_of_the_last_run():
    title, label = measured.NOTICED["epoch"]
    ((head, row),) = re.findall(rf"(### {title}\n\n.*\n.*\n)(.*\n)", MEASURED)
    slower = MEASURED.replace(head + row, f"{head}| `{label}` | 1 | 77.4 ms | 77 ms | another |\n")
    words = " ".join(measured.noticed(slower).split())
    assert "take 77 ms from R" in words
    assert "take 77 ms from R" not in " ".join(measured.noticed(MEASURED).split())
    with pytest.raises(LookupError, match="has no row"):
        measured.noticed(MEASURED.replace(f"### {title}", "### Another"))

"""Every verb on every kind of array: equal to what its elements say, or an error of ours."""

from collections import Counter

import pytest
from product import table
from product.kinds import LIBRARIES
from product.running import FOREIGN, LARGE, SERVED, WHOLE_KINDS, WRONG, Found, combinations
from product.table import rows, rows_on_page

SOME = [(library, library not in LARGE) for library in LIBRARIES]
WHOLE = [pytest.param(library, True, marks=pytest.mark.slow) for library in LARGE]


@pytest.mark.parametrize(("library", "is_whole"), SOME + WHOLE)
def test_no_combination_goes_wrong_in_silence(library, is_whole):
    found = list(combinations(library, is_whole=is_whole))
    bad = [each for each in found if each.outcome in (WRONG, FOREIGN)]
    assert not bad, "\n".join(
        f"{each.outcome}: {each.kind}, {each.group}, {each.form}: {each.text}" for each in bad
    )
    counts = Counter(each.outcome for each in found)
    print(f"{library}: {len(found)} combinations, {dict(counts)}")
    assert library == "others" or counts[SERVED] > 100
    on_page = rows_on_page(library)
    known = [each for each in found if is_whole or each.kind in WHOLE_KINDS]
    assert len({each.kind for each in known}) >= 2
    for kind, row in rows(known).items():
        assert on_page.get(kind) == row, "run product.table, and read what changed"


def test_the_table_of_one_library_is_written_and_the_others_stay(monkeypatch, tmp_path):
    page = tmp_path / "served.md"
    before = table.PAGE.read_text()
    page.write_text(before)
    monkeypatch.setattr(table, "PAGE", page)
    seen = []

    def one_row(library):
        seen.append(library)
        return [Found("new", "read", "x[1]", SERVED, "", True)]

    monkeypatch.setattr(table, "combinations", one_row)
    old = {library: table.table_on_page(library) for library in LIBRARIES}
    table.write(["jax"])
    assert seen == ["jax"]
    for library in LIBRARIES:
        assert (table.table_on_page(library) == old[library]) is (library != "jax"), library
    (row,) = rows_on_page("jax").values()
    assert row.startswith("new | yes | refused | ")
    page.write_text(page.read_text().replace(table.table_on_page("jax"), old["jax"]))
    assert page.read_text() == before
    with pytest.raises(SystemExit, match="no library: julia; there are numpy, "):
        table.write(["julia"])

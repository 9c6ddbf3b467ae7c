"""Every verb on every kind of array: equal to what its elements say, or an error of ours."""

from collections import Counter

import pytest
from product.kinds import LIBRARIES
from product.running import FOREIGN, SERVED, WRONG, combinations
from product.table import rows, rows_on_page


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_combination_goes_wrong_in_silence(library):
    found = list(combinations(library))
    bad = [each for each in found if each.outcome in (WRONG, FOREIGN)]
    assert not bad, "\n".join(
        f"{each.outcome}: {each.kind}, {each.group}, {each.form}: {each.text}" for each in bad
    )
    counts = Counter(each.outcome for each in found)
    print(f"{library}: {len(found)} combinations, {dict(counts)}")
    assert library == "others" or counts[SERVED] > 100
    on_page = rows_on_page(library)
    for kind, row in rows(found).items():
        assert on_page.get(kind) == row, "run product.table, and read what changed"

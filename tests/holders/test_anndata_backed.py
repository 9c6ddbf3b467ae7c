"""Sparse matrices of an AnnData in a file, beside anndata's own reading of all of it."""

import anndata as ad
import numpy as np
import pytest
import scipy.sparse as sp

from pybridge import NA, R, errors, from_r, r_assign, r_slice, to_r

DENSE = np.where(np.arange(35).reshape(7, 5) % 3 == 0, np.arange(35.0).reshape(7, 5), 0)


@pytest.fixture(params=["csr", "csc"])
def backed(request, tmp_path):
    path = tmp_path / "a.h5ad"
    ad.AnnData(sp.csr_matrix(DENSE).asformat(request.param)).write_h5ad(path)
    opened = ad.read_h5ad(path, backed="r")
    assert opened.X.format == request.param
    yield opened.X
    opened.file.close()


def dense(x):
    return x.toarray() if sp.issparse(x) else np.asarray(x)


SUBSCRIPTS = [
    ((1,), np.s_[0]),
    ((1, 1), np.s_[0, 0]),
    ((slice(2, 4),), np.s_[1:4]),
    ((slice(None), 2), np.s_[:, 1]),
    (([5, 2, 2], slice(2, 3)), np.s_[[4, 1, 1], 1:3]),
    (([5, 2], [3, 1]), np.ix_([4, 1], [2, 0])),
    ((-1, -2), np.s_[6, 3]),
    ((slice(4, 2), slice(None)), np.s_[3:0:-1]),
    ((slice(None), [4, 4, 1]), np.s_[:, [3, 3, 0]]),
    ((DENSE[:, 0] > 3,), np.s_[DENSE[:, 0] > 3]),
    ((np.zeros(7, bool), slice(None)), np.s_[:0]),
    ((slice(None), np.zeros(5, bool)), np.s_[:, :0]),
    ((DENSE > 9,), np.s_[DENSE > 9]),
    ((np.array([[1, 1], [7, 5], [2, 2], [1, 1]]),), ([0, 6, 1, 0], [0, 4, 1, 0])),
    ((..., 3), np.s_[:, 2]),
]


@pytest.mark.parametrize(("subscripts", "key"), SUBSCRIPTS)
def test_reading_is_that_of_the_whole_matrix(backed, subscripts, key):
    expected = DENSE[key]
    found = dense(R(backed)[subscripts])
    assert found.shape == expected.shape
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("seed", range(40))
def test_random_subscripts_read_as_those_of_the_matrix_in_memory(backed, seed):
    draw = np.random.default_rng(seed)
    subscripts = []
    for size in DENSE.shape:
        one = int(draw.integers(1, size + 1))
        two = int(draw.integers(1, size + 1))
        choices = [one, -one, slice(one, two), slice(NA, two), slice(None)]
        choices += [draw.integers(1, size + 1, draw.integers(0, 6)), draw.random(size) > 0.5]
        subscripts.append(choices[draw.integers(len(choices))])
    for dialect in ("tensor", "base"):
        expected, found = [_attempt(x, subscripts, dialect) for x in (backed.to_memory(), backed)]
        assert type(found) is type(expected)
        if not isinstance(expected, str):
            assert np.array_equal(dense(found), dense(expected))


def _attempt(x, subscripts, dialect):
    try:
        return r_slice(x, *subscripts, dialect=dialect)
    except errors.PybridgeError as error:
        return f"{type(error).__name__}"


def test_lines_that_are_not_asked_for_are_not_read(backed, monkeypatch):
    read = []
    kind = type(backed)
    own = kind.__getitem__
    monkeypatch.setattr(kind, "__getitem__", lambda x, key: read.append(key) or own(x, key))
    line = 0 if backed.format == "csr" else 1
    R(backed)[(2, slice(None)) if line == 0 else (slice(None), 2)]
    assert [key[line] for key in read] == [slice(1, 2)]


def test_it_is_a_value_and_crosses_to_r_as_a_sparse_matrix(backed):
    x = np.zeros((7, 5))
    R(x)[:] = backed
    assert np.array_equal(x, DENSE)
    assert list(to_r(backed).rclass) == list(to_r(backed.to_memory()).rclass)
    assert np.array_equal(from_r(to_r(backed)).toarray(), DENSE)


@pytest.mark.parametrize(
    "act",
    [lambda x: r_assign(x, 1, value=0), lambda x: R(x).__setitem__(1, 0), lambda x: 1 in R(x)],
)
def test_what_is_not_served_says_what_to_do(backed, act):
    if act(np.zeros((7, 5))) is False:
        assert act(backed) is False
        return
    with pytest.raises(errors.UnsupportedTensorError, match=r"x\.to_memory\(\) makes a sparse"):
        act(backed)

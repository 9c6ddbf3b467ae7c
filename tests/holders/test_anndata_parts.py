"""Parts of a view of an AnnData: anndata's own brackets are the oracle of who sees a write."""

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from pybridge import R, errors, r_assign, r_slice, recycle

CELLS, GENES = [f"cell{k}" for k in range(5)], [f"gene{k}" for k in range(4)]
KINDS = {
    "dense": np.array,
    "csr_matrix": sparse.csr_matrix,
    "csc_matrix": sparse.csc_matrix,
    "csr_array": sparse.csr_array,
    "csc_array": sparse.csc_array,
}
PARTS = {
    "X": lambda a: a.X,
    "layers": lambda a: a.layers["counts"],
    "obsm": lambda a: a.obsm["pca"],
    "varm": lambda a: a.varm["loadings"],
    "obsp": lambda a: a.obsp["distances"],
    "obs": lambda a: a.obs,
    "table in obsm": lambda a: a.obsm["scores"],
}
CUTS = {"rows": (slice(1, 3), slice(None)), "names": (["cell3", "cell1"], ["gene2", "gene0"])}

pytestmark = pytest.mark.filterwarnings("ignore::anndata.ImplicitModificationWarning")


def data(kind):
    x = np.arange(1.0, 21).reshape(5, 4)
    return ad.AnnData(
        KINDS[kind](x),
        obs=pd.DataFrame({"depth": np.arange(5.0), "size": np.arange(5.0) + 7}, index=CELLS),
        var=pd.DataFrame(index=GENES),
        layers={"counts": KINDS[kind](x * 10)},
        obsm={"pca": KINDS[kind](x[:, :2]), "scores": pd.DataFrame({"s": x[:, 0]}, index=CELLS)},
        varm={"loadings": x[:4, :3].copy()},
        obsp={"distances": KINDS[kind](np.eye(5))},
    )


def dense(part):
    return np.array(part.toarray() if sparse.issparse(part) else part)


@pytest.fixture(params=KINDS)
def whole(request):
    return data(request.param)


@pytest.fixture(params=CUTS)
def view(request, whole):
    rows, columns = CUTS[request.param]
    return whole[rows, columns]


@pytest.mark.parametrize("name", PARTS)
def test_a_write_reaches_the_view_as_anndatas_brackets_do(name, whole, view):
    own = PARTS[name]
    before, expected = dense(own(whole)), dense(own(view))
    expected[0, 0] = 99
    R(own(view))[1, 1] = 99
    assert not view.is_view
    assert np.array_equal(dense(own(view)), expected)
    assert np.array_equal(dense(own(whole)), before)


def test_anndata_itself_does_the_same(whole):
    view = whole[1:3]
    view.X[0, 0] = 99
    assert not view.is_view
    assert dense(view.X)[0, 0] == 99
    assert dense(whole.X)[1, 0] == 5


@pytest.mark.parametrize("dialect", ["tensor", "base"])
@pytest.mark.parametrize("name", PARTS)
def test_r_assign_gives_a_plain_copy(name, dialect, whole, view):
    part = PARTS[name](view)
    before = dense(part)
    updated = r_assign(part, 2, 1, value=99, dialect=dialect)
    assert not type(updated).__module__.startswith("anndata")
    assert dense(updated)[1, 0] == 99
    assert view.is_view
    assert np.array_equal(dense(PARTS[name](view)), before)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("rows", [slice(1, 2), [2, 1], 1], ids=repr)
def test_what_is_read_of_a_part_is_plain_and_its_own(name, rows, whole, view):
    part = PARTS[name](view)
    before = dense(part)
    read = r_slice(part, rows, slice(None), drop=False)
    assert not type(read).__module__.startswith("anndata")
    assert np.array_equal(
        dense(read), before[[1, 0] if isinstance(rows, list) else slice(0, 2)][: read.shape[0]]
    )
    R(read)[1, 1] = 99
    assert view.is_view
    assert np.array_equal(dense(PARTS[name](view)), before)


def test_other_verbs_give_plain_arrays(whole):
    part = data("dense")[1:3].X
    repeated = recycle(part, np.ones((2, 4)))[0]
    assert type(repeated) is np.ndarray
    assert [type(row) for row in R(part)] == [np.ndarray] * 2


@pytest.mark.parametrize("name", PARTS)
def test_a_write_that_is_refused_leaves_the_view_a_view(name, whole, view):
    part = PARTS[name](view)
    with pytest.raises(errors.PybridgeError):
        R(part)[1, 1] = "text"
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        R(part)[9, 1] = 1
    assert view.is_view


def test_a_view_that_anndata_cannot_copy_is_refused_in_our_words(tmp_path):
    file = tmp_path / "cells.h5ad"
    data("dense").write_h5ad(file)
    backed = ad.read_h5ad(file, backed="r")
    view = backed[1:4]
    with pytest.raises(errors.PybridgeError):
        R(view.obs)[1, 1] = 5.0
    backed.file.close()


def test_an_array_without_an_owner_is_written_itself():
    part = data("dense")[1:3].X
    copied = part.copy()
    R(copied)[1, 1] = 99
    assert copied[0, 0] == 99

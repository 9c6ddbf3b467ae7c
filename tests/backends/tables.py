"""The adapters of what has columns of several dtypes, or parts."""

import numpy as np
from backends.adapter import Adapter, AdapterName


def table_make(array):
    import pandas as pd

    return pd.DataFrame(array) if array.ndim == 2 else pd.Series(array)


def table_read(table):
    import pandas as pd

    assert isinstance(table, pd.DataFrame | pd.Series), type(table)
    return table.to_numpy()


def polars_make(array):
    import polars as pl

    return pl.DataFrame(array) if array.ndim == 2 else pl.Series(array)


def polars_read(table):
    import polars as pl

    assert isinstance(table, pl.DataFrame | pl.Series), type(table)
    return table.to_numpy()


def pyarrow_make(array):
    import pyarrow as pa

    if array.ndim == 2:
        return pa.table([*array.T], [f"column {k}" for k in range(array.shape[1])])
    return pa.array(np.atleast_1d(array))


def pyarrow_read(table):
    import pyarrow as pa

    if isinstance(table, pa.Table):
        return np.stack([column.to_numpy() for column in table.columns], 1)
    assert isinstance(table, pa.Array | pa.ChunkedArray), type(table)
    return np.array(table.to_pylist())


def anndata_make(array):
    import anndata as ad

    return ad.AnnData(array.reshape(-1, 1) if array.ndim == 1 else array)


def anndata_read(x):
    import anndata as ad

    assert isinstance(x, ad.AnnData), type(x)
    return np.asarray(x.X)


TABLES = {
    AdapterName.PANDAS: Adapter(table_make, table_read, {}),
    AdapterName.POLARS: Adapter(polars_make, polars_read, {}),
    AdapterName.PYARROW: Adapter(pyarrow_make, pyarrow_read, {}),
    AdapterName.ANNDATA: Adapter(anndata_make, anndata_read, {}),
}
"""What has columns of several dtypes, or parts; test_tables.py and test_anndata.py test them."""

"""Lossless conversion between R and NumPy through rpy2, with at most one copy.

`to_r` and `from_r` need no active rpy2 converter and work from any thread. The type of the result
depends only on the dtype, never on the values:

| NumPy                                    | R                          | back          |
|------------------------------------------|----------------------------|---------------|
| bool                                     | logical                    | bool          |
| int8, int16, int32, uint8, uint16        | integer                    | int32         |
| uint32, int64, uint64                    | double (policy `int64`)    | float64       |
| float16, float32, float64, bfloat16      | double                     | float64       |
| complex64, complex128                    | complex                    | complex128    |
| str                                      | character                  | str           |
| datetime64, dates and times of Python    | Date, POSIXct              | datetime64    |
| timedelta64, durations of Python         | difftime                   | timedelta64   |
| categories of pandas, Arrow dictionaries | factor                     | Categorical   |
| bytes, arrays of dtype S1 or V1          | raw                        | uint8         |
| list, tuple                              | list                       | list          |
| dict                                     | named list (policy `mapping`) | dict       |
| pandas table, or with Arrow's protocol   | data frame                 | DataFrame, or by `like` |
| SciPy sparse matrix                      | matrix of package Matrix   | sparse matrix |
| None                                     | NULL                       | None          |

A list of scalars of one type becomes a vector, because R has no scalars; a Python int is treated
as an int64, and None among the others is `NA`. From R an `integer64` becomes int64. Names and
dimnames are dropped, unless `like` names what holds them; row names are the index of a DataFrame.

These functions are thread-safe. A thread that also calls rpy2 directly must do so inside
`with rpy2.rinterface_lib.openrlib.rlock:`, the lock used here.
"""

from pybridge.conversion.functions import from_r, rpy2_converter, to_r

__all__ = ["from_r", "rpy2_converter", "to_r"]

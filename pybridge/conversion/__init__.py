"""Conversion between R and NumPy through rpy2, which loses nothing and copies once.

`to_r` and `from_r` need no converter of rpy2 to be active and work from every thread. The table,
in which the type of the result depends on the dtype alone and never on the values:

| NumPy                                    | R                          | back          |
|------------------------------------------|----------------------------|---------------|
| bool                                     | logical                    | bool          |
| int8, int16, int32, uint8, uint16        | integer                    | int32         |
| uint32, int64, uint64                    | double (policy `int64`)    | float64       |
| float16, float32, float64, bfloat16      | double                     | float64       |
| complex64, complex128                    | complex                    | complex128    |
| str                                      | character                  | str           |
| datetime64                               | Date, POSIXct              | datetime64    |
| bytes, arrays of dtype S1 or V1          | raw                        | uint8         |
| list, tuple                              | list                       | list          |
| dict                                     | data frame (policy `mapping`) | dict       |
| None                                     | NULL                       | None          |

A list of scalars of one type is a vector, as R has no scalars; a Python int counts as an int64.
From R, a factor arrives as text and an `integer64` as int64. Names, dimnames and row names are
dropped, unless a DataArray of xarray keeps them.

What several threads do through this module is safe. A thread that also calls rpy2 itself must do
so inside `with rpy2.rinterface_lib.openrlib.rlock:`, which is the lock used here.
"""

from pybridge.conversion.functions import from_r, rpy2_converter, to_r

__all__ = ["from_r", "rpy2_converter", "to_r"]

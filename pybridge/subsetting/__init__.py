"""Reading and writing by R's subscripts: `R(x)[...]`, `r_slice` and `r_assign`.

`lowering` turns what the caller wrote into a selection; `reading` and `writing` apply it.
"""

from pybridge.subsetting.brackets import R, all_but, r_assign, r_slice, r_subscripts, result_shape

__all__ = ["R", "all_but", "r_assign", "r_slice", "r_subscripts", "result_shape"]

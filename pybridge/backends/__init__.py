"""The libraries of arrays: a few primitives each, under NumPy's contract, and no decisions.

`protocol` is the contract, `traits` what each declares about its arrays.
"""

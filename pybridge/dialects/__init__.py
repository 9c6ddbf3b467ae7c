"""The two dialects: how subscripts and a shape become a selection.

Each module here resolves subscripts against a shape, `shortcut` the common ones straight from the
values of Python. They are the only places where one-based
positions become zero-based indices.
"""

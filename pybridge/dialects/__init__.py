"""The two dialects: how subscripts and a shape become a selection.

Each module here resolves `Subscripts` against a shape. They are the only places where one-based
positions become zero-based indices.
"""

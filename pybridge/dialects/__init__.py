"""The two dialects: how subscripts and a shape become a selection.

Each module here lowers subscripts to what a backend reads, or holds the rules for one kind. They
are the only places where one-based positions become zero-based indices.
"""

"""What R's own generics do to a tensor: `sum(x)`, `sqrt(x)`, `cumsum(x)`, `rbind(x, y)` in R.

Each is the library's own function wherever that agrees with R, and stays in the library. What R
would answer and the library cannot is refused in words. Values of whole numbers never wrap around.
"""

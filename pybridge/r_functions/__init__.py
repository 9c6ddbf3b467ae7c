"""R's functions on tensors: Math and Summary, `mean`, `sort`, `order`, `which`, `rbind`, `cbind`.

Each is the library's own function wherever that agrees with R, and stays in the library. What R
would answer and the library cannot raises an error. Whole numbers never wrap around.
"""

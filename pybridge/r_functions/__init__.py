"""R's functions on tensors: Math and Summary, `mean`, `sort`, `order`, `which`, `rbind`, `cbind`.

Each function is the library's own if that agrees with R, and the result is a tensor of the library.
If R has an answer that the library cannot give, an error is raised. Integers never overflow.
"""

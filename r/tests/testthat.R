# What the libraries of Python leave in the folder of temporary files ends with this session.
Sys.setenv(TMPDIR = tempdir())

library(testthat)
library(pybridge)

test_check("pybridge")

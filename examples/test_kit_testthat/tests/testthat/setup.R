library(pybridge)
source(test_path("../../R/signals.R"))
signals <- reticulate::import_from_path("signals", test_path("../../python"), convert = FALSE)

# expect_equal() compares what tensors hold, until the suite is over
local_tensor_comparison(teardown_env())

# With the real keras3 and tensorflow, which only `make test-r-beside` has; test-keras3.R tests as much as
# possible with a stand-in. The script of a book's chapter is not part of this project: its path is in
# PYBRIDGE_CHAPTER.

run_task <- function(order, ...) {
  script <- normalizePath(test_path("beside.R"))
  arguments <- paste(deparse(c(order, ...)), collapse = "")
  run_r(sprintf("commandArgs <- function(...) %s; source(%s)", arguments, deparse(script)))
}

# Without the times and the progress bars of Keras.
without_times <- function(lines) {
  lines <- sub(".*[\r\b]", "", gsub("\033\\[[0-9;]*m", "", lines))
  trimws(gsub("[0-9.]+ ?(s|ms|us)(/step)?\\b", "<time>", lines[!grepl("^[WEI][0-9]{4} ", lines)]))
}

if (grepl("keras3", Sys.getenv("PYBRIDGE_TEST_BESIDE"), fixed = TRUE)) {
  for (order in c("kp", "pk", "ikp", "pik", "kpunk")) {
    test_that(paste("@r is ours, in the order", order), {
      lines <- run_task(order, "serve_numbers")
      expect_identical(
        utils::tail(lines, 3L),
        c("numpy: [  1 100]", "tensor: tf.Tensor([1. 2.], shape=(2,), dtype=float32)", "numpy: [  1 100]")
      )
    })
  }

  for (order in c("kp", "pk")) {
    test_that(paste("layers, losses, metrics, steps, data sets and saved models,", order), {
      expect_identical(utils::tail(run_task(order, "use_layers"), 8L), c(
        "layer: TRUE", "symbolic: 2 3",
        "fitted: FALSE first loss TRUE TRUE", "fitted: TRUE first loss TRUE TRUE",
        "predicted: 2 1", "train_step: TRUE", "dataset_map: 7 10 8 11 9 12", "reloaded: TRUE"
      ))
    })
  }

  test_that("`..` in tensorflow's own brackets is an error with advice", {
    lines <- run_r(c(
      "suppressPackageStartupMessages({ library(tensorflow); library(pybridge) })",
      "x <- as_tensor(matrix(1:6, 2))",
      "cat(tryCatch(x[.., 1], error = conditionMessage))"
    ))
    expect_match(utils::tail(lines, 1L), "write `x@r[.., 1]`", fixed = TRUE)
  })

  chapter <- Sys.getenv("PYBRIDGE_CHAPTER")
  if (nzchar(chapter)) {
    test_that("every listing of the chapter prints what it prints with keras3 alone", {
      alone <- without_times(run_task("k", "run_listings", chapter))
      expect_gt(length(alone), 100L)
      for (order in c("kp", "pk")) {
        expect_identical(without_times(run_task(order, "run_listings", chapter)), alone, label = order)
      }
    })
  } else {
    message("skipped: PYBRIDGE_CHAPTER names no script whose listings could be run")
  }
}

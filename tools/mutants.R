# What tools/mutants.py asks of R, by the first argument: `sites FILE...` prints where R code can be changed, as JSON;
# `run FILE...` runs files of the installed package's tests until one test fails, and prints it; `map FILE`
# runs one file, and prints which functions of the package it calls.

arguments <- commandArgs(TRUE)
rest <- arguments[-1]

flipped <- c(LT = "<=", LE = "<", GT = ">=", GE = ">", EQ = "!=", NE = "==")
swapped <- c(AND = "|", AND2 = "||", OR = "&", OR2 = "&&")

# The mutants of one file: where the text stands that each replaces, and by what.
sites <- function(file) {
  data <- getParseData(parse(file, keep.source = TRUE), includeText = TRUE)
  top <- data[data$parent == 0 & data$token != "COMMENT", ]
  children <- function(id) {
    found <- data[data$parent == id & data$token != "COMMENT", ]
    found[order(found$line1, found$col1), ]
  }
  site <- function(kind, row, after) {
    around <- top[top$line1 <= row$line1 & top$line2 >= row$line2, ]
    name <- regmatches(around$text[1], regexpr("^`?[^ `]+`?(?= <- function)", around$text[1], perl = TRUE))
    list(
      kind = kind, line = row$line1, column = row$col1, end_line = row$line2, end_column = row$col2,
      before = row$text, after = after, "function" = if (length(name)) gsub("`", "", name) else ""
    )
  }
  # what is signalled is text, and no behaviour
  quiet <- data[data$token == "SYMBOL_FUNCTION_CALL" & data$text %in% c("abort", "stop", "warning", "sprintf"), ]
  quiet <- data[data$id %in% data$parent[match(quiet$parent, data$id)], ]
  is_quiet <- function(row) {
    any(quiet$line1 <= row$line1 & quiet$line2 >= row$line2 &
      (quiet$line1 < row$line1 | quiet$col1 <= row$col1) & (quiet$line2 > row$line2 | quiet$col2 >= row$col2))
  }
  found <- list()
  for (i in seq_len(nrow(data))) {
    row <- data[i, ]
    new <- list()
    if (row$token %in% names(flipped)) new <- list(site("comparison flipped", row, flipped[[row$token]]))
    if (row$token %in% names(swapped)) new <- list(site("and for or", row, swapped[[row$token]]))
    if (row$token == "NUM_CONST" && grepl("^[0-9]+L?$", row$text)) {
      number <- as.numeric(sub("L", "", row$text))
      suffix <- if (endsWith(row$text, "L")) "L" else ""
      new <- list(
        site("one added", row, paste0(number + 1, suffix)), site("one taken away", row, paste0(number - 1, suffix))
      )
    }
    if (row$token %in% c("IF", "WHILE")) {
      test <- children(row$parent)[3, ]
      new <- list(site("condition negated", test, sprintf("!(%s)", test$text)))
      if (row$token == "IF") new <- c(new, list(site("branch dropped", test, "FALSE")))
    }
    if (row$token == "expr") {
      parts <- children(row$id)
      if (nrow(parts) >= 6 && identical(parts$token[c(2:4, 5)], c("'('", "expr", "','", "expr")) &&
          !parts$text[1] %in% c("function", "identical") && parts$text[3] != parts$text[5]) {
        both <- transform(parts[3, ], line2 = parts$line2[5], col2 = parts$col2[5])
        both$text <- paste(parts$text[3], parts$text[5], sep = ", ")
        new <- list(site("arguments swapped", both, paste(parts$text[5], parts$text[3], sep = ", ")))
      }
    }
    if (!is_quiet(row)) found <- c(found, new)
  }
  lapply(found, function(each) c(file = file, each))
}

# Note each function of the package that is called from now on.
note_calls <- function(namespace = asNamespace("pybridge")) {
  called <- new.env()
  tables <- list(namespace, baseenv()$.__S3MethodsTable__., namespace$.__S3MethodsTable__.)
  for (package in c("stats", "utils")) tables <- c(tables, asNamespace(package)$.__S3MethodsTable__.)
  for (name in ls(namespace, all.names = TRUE)) {
    for (table in tables) {
      own <- if (exists(name, table, inherits = FALSE)) get(name, table)
      if (!is.function(own) || is.primitive(own) || !identical(environment(own), namespace)) next
      body(own) <- bquote({
        assign(.(name), TRUE, .(called))
        .(body(own))
      })
      if (bindingIsLocked(name, table)) unlockBinding(name, table)
      assign(name, own, table)
    }
  }
  called
}

test <- function(file, reporter) {
  testthat::test_file(file, package = "pybridge", load_package = "installed", reporter = reporter)
}

# Ends R at the first test that fails, and says which.
Ending <- R6::R6Class("Ending", inherit = testthat::Reporter, public = list(
  file = "",
  start_file = function(name) self$file <- name,
  add_result = function(context, test, result) {
    if (inherits(result, c("expectation_failure", "expectation_error"))) {
      words <- sub("\n.*", "", conditionMessage(result))
      cat("\nKILLED ", self$file, ": ", test, ": ", words, "\n", sep = "")
      quit(status = 1)
    }
  }
))

switch(arguments[[1]],
  sites = cat(jsonlite::toJSON(do.call(c, lapply(rest, sites)), auto_unbox = TRUE)),
  map = {
    called <- note_calls()
    results <- as.data.frame(test(rest, "silent"))
    failed <- results$test[results$failed > 0 | results$error]
    found <- list(failed = I(failed), functions = I(ls(called, all.names = TRUE)))
    cat("\n", jsonlite::toJSON(found, auto_unbox = TRUE), "\n", sep = "")
  },
  run = {
    for (file in rest) test(file, Ending$new())
    cat("\nDONE\n")
  }
)

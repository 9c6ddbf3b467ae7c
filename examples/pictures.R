# Pictures that more than one example draws. The same in Python: pictures.py.

open_picture <- function(path, width, height) {
  png(path, width, height, res = 100, type = "cairo")
}

close_picture <- function() invisible(dev.off())

# Draws a matrix of grey values from 0 (white) to 255 (black), its first row on top.
draw_image <- function(pixels) {
  # image() draws rows from left to right, upwards: turn the picture.
  image(t(pixels[rev(seq_len(nrow(pixels))), ]),
    col = gray(255:0 / 255), zlim = c(0, 255), axes = FALSE, asp = 1
  )
}

# Draws the losses noted while training, `per_epoch` of them in every epoch, and their means.
draw_losses <- function(losses, per_epoch, title, path) {
  open_picture(path, width = 800, height = 450)
  par(mar = c(4, 4.2, 2.5, 1), mgp = c(2.6, 0.8, 0))
  plot(seq_along(losses) / per_epoch, losses,
    type = "l", col = "steelblue", lwd = 1.5, las = 1, ylim = c(0, max(losses)),
    main = title, font.main = 1, xlab = "epochs", ylab = "loss of a batch (cross-entropy)",
    panel.first = grid()
  )
  if (length(losses) >= 2 * per_epoch) {
    epochs <- length(losses) %/% per_epoch
    means <- colMeans(matrix(losses[seq_len(epochs * per_epoch)], per_epoch))
    lines(seq_len(epochs) - 0.5, means, type = "o", pch = 19, col = "firebrick")
    legend("topright",
      inset = 0.02, c("a batch", "mean of the epoch"), lty = 1, pch = c(NA, 19),
      col = c("steelblue", "firebrick"), bg = "white", box.col = "gray80"
    )
  }
  close_picture()
}

# Returns how often each digit (row) was read as each digit (column).
confusion_counts <- function(labels, predicted) {
  unclass(table(factor(labels, 0:9), factor(predicted, 0:9)))
}

# Draws which digits are read as which; colour is the share of the row.
draw_confusion <- function(labels, predicted, accuracy, path) {
  counts <- confusion_counts(labels, predicted)
  shares <- counts / rowSums(counts)
  open_picture(path, width = 700, height = 650)
  par(mar = c(4, 4, 3, 1), mgp = c(2.4, 0.6, 0))
  image(0:9, 0:9, t(shares[10:1, ]),
    col = hcl.colors(100, "Blues", rev = TRUE), zlim = c(0, 1), axes = FALSE, asp = 1,
    xlab = "read as", ylab = "digit", font.main = 1,
    main = sprintf("Test digits: %.1f%% read correctly", 100 * accuracy)
  )
  axis(1, 0:9, tick = FALSE)
  axis(2, 0:9, 9:0, tick = FALSE, las = 1)
  cell <- which(counts > 0, arr.ind = TRUE)
  text(cell[, 2] - 1, 10 - cell[, 1], counts[cell],
    cex = 0.9, col = ifelse(shares[cell] > 0.5, "white", "black")
  )
  close_picture()
}

# Draws the first forty digits, each under what it was read as; wrong ones in red.
draw_guesses <- function(images, labels, predicted, path) {
  open_picture(path, width = 800, height = 600)
  par(mfrow = c(5, 8), mar = c(0.3, 0.5, 1.6, 0.5), oma = c(0, 0, 2, 0), cex.main = 1.2)
  for (position in 1:40) {
    draw_image(py_to_r(images@r[position]))
    label <- labels[position]
    guess <- predicted[position]
    is_right <- guess == label
    title(
      if (is_right) label else sprintf("%d, not %d", guess, label),
      font.main = if (is_right) 1 else 2, col.main = if (is_right) "black" else "firebrick",
      line = 0.3
    )
  }
  mtext("The first 40 test digits, and what they were read as", outer = TRUE, line = 0.3)
  close_picture()
}

# Draws the mean image of each digit.
draw_means <- function(means, path) {
  open_picture(path, width = 800, height = 380)
  par(mfrow = c(2, 5), mar = c(0.5, 0.5, 0.5, 0.5), oma = c(0, 0, 2, 0))
  for (position in 1:10) {
    draw_image(means[position, , ])
  }
  mtext("The mean image of each digit", outer = TRUE, line = 0.3)
  close_picture()
}

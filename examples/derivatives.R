# Derivatives: by tape, along a graph, down a surface, with momentum.
# The same in Python: derivatives.py.
#
#     Rscript examples/derivatives.R
#
# MNIST_OUTPUT names another folder for the pictures.

Sys.setenv(PYTHONUNBUFFERED = "1")
library(reticulate, exclude = "array_reshape") # pybridge has one that knows every tensor library
library(pybridge)
source("examples/pictures.R")

tf <- import("tensorflow", convert = FALSE)
output <- Sys.getenv("MNIST_OUTPUT", "output")
dir.create(output, showWarnings = FALSE, recursive = TRUE)

# Opens a picture of this example and says where it is.
open_named <- function(name, width, height) {
  path <- sprintf("%s/derivatives-%s-r.png", output, name)
  open_picture(path, width, height)
  cat("picture:", path, "\n")
}

# ---- A tape gives the gradient of what it saw ----------------------------------------------------

x <- tf$Variable(0)
with(tf$GradientTape() %as% tape, {
  y <- 2 * x + 3
})
slope <- from_python(tape$gradient(y, x))
cat("gradient of 2 * x + 3 at 0:", slope, "\n")
stopifnot(slope == 2)

# A tape watches variables by itself; a constant has to be watched, or there is no gradient.
constant <- tf$zeros(tuple())
with(tf$GradientTape() %as% tape, {
  y <- 2 * constant + 3
})
stopifnot(is.null(py_to_r(tape$gradient(y, constant))))
with(tf$GradientTape() %as% tape, {
  tape$watch(constant)
  y <- 2 * constant + 3
})
stopifnot(from_python(tape$gradient(y, constant)) == 2)

# ---- A derivative is the slope of the line that touches ------------------------------------------

angles <- tf$Variable(to_python(seq(0, 6, length.out = 121)))
with(tf$GradientTape() %as% tape, {
  curve <- tf$cos(angles)
})
slopes <- from_python(tape$gradient(curve, angles))
at <- from_python(angles)
stopifnot(all.equal(slopes, -sin(at), tolerance = 1e-12))
cat("the derivative of cos is -sin: at all 121 points\n")

open_named("slope", 700, 400)
par(mar = c(4, 4, 2.5, 1), mgp = c(2.5, 0.8, 0))
plot(at, cos(at),
  type = "l", lwd = 2, col = "steelblue", ylim = c(-1.3, 1.5), xlim = c(0, 6.5), las = 1,
  main = "cos(x), and its slope at three points", font.main = 1, xlab = "x", ylab = "cos(x)",
  panel.first = grid()
)
touch <- c(21, 61, 111)
segments(
  at[touch] - 0.7, cos(at[touch]) - 0.7 * slopes[touch],
  at[touch] + 0.7, cos(at[touch]) + 0.7 * slopes[touch],
  col = "firebrick", lwd = 2
)
points(at[touch], cos(at[touch]), pch = 19, col = "firebrick")
text(at[touch] + c(0.6, 0.1, 0.65), cos(at[touch]) + c(0.15, 0.3, -0.15),
  sprintf("slope %.2f", slopes[touch])
)
close_picture()

# ---- The chain rule along a graph ----------------------------------------------------------------

x <- tf$Variable(2)
w <- tf$Variable(3)
b <- tf$Variable(1)
y_true <- tf$Variable(4)
with(tf$GradientTape(persistent = TRUE) %as% tape, {
  x1 <- x * w
  x2 <- x1 + b
  loss <- tf$abs(y_true - x2)
})
gradient <- function(result, source) from_python(tape$gradient(result, source))

stopifnot(from_python(x1) == 6, from_python(x2) == 7, from_python(loss) == 3)
edges <- c(
  loss = gradient(loss, x2), x1 = gradient(x2, x1), b = gradient(x2, b), w = gradient(x1, w)
)
# The loss is |4 - x2|: where x2 is above 4 it grows as x2 does, and below 4 it falls.
stopifnot(identical(edges, c(loss = 1, x1 = 1, b = 1, w = 2)))
stopifnot(
  gradient(loss, w) == prod(edges[c("loss", "x1", "w")]), gradient(loss, w) == 2,
  gradient(loss, b) == prod(edges[c("loss", "b")]), gradient(loss, b) == 1
)
cat("gradient of the loss: 2 for w (1 * 1 * 2), 1 for b (1 * 1)\n")

nodes <- data.frame(
  row.names = c("x", "w", "x1", "b", "x2", "y_true", "loss"),
  column = c(0, 2, 1, 3, 2, 4, 3),
  row = c(3, 3, 2, 2, 1, 1, 0),
  text = c("x", "w", "x1 = x * w", "b", "x2 = x1 + b", "y_true", "loss = |y_true - x2|"),
  value = vapply(list(x, w, x1, b, x2, y_true, loss), from_python, 0)
)

draw_arrows <- function(start, end, color, width) {
  from <- nodes[start, 1:2]
  to <- nodes[end, 1:2]
  # The ends stay clear of the boxes.
  arrows(
    0.75 * from$column + 0.25 * to$column, 0.75 * from$row + 0.25 * to$row,
    0.25 * from$column + 0.75 * to$column, 0.25 * from$row + 0.75 * to$row,
    length = 0.1, col = color, lwd = width
  )
}

draw_nodes <- function() {
  label <- sprintf("%s\n%g", nodes$text, nodes$value)
  width <- strwidth(label) / 2 + 0.12
  height <- strheight(label) / 2 + 0.1
  rect(nodes$column - width, nodes$row - height, nodes$column + width, nodes$row + height,
    col = "white", border = "gray40"
  )
  text(nodes$column, nodes$row, label)
}

open_graph <- function(title) {
  plot(NULL,
    xlim = c(-0.5, 4.7), ylim = c(-0.4, 3.4), axes = FALSE, xlab = "", ylab = "",
    main = title, font.main = 1
  )
}

open_named("graph", 1200, 550)
par(mfrow = c(1, 2), mar = c(0.5, 0.5, 2.5, 0.5))
open_graph("Forward: values go down")
draw_arrows(
  c("x", "w", "x1", "b", "x2", "y_true"), c("x1", "x1", "x2", "x2", "loss", "loss"), "gray40", 1.5
)
draw_nodes()
open_graph("Backward: gradients go up; red is the way to w, 1 * 1 * 2 = 2")
start <- c("loss", "x2", "x2", "x1")
end <- c("x2", "x1", "b", "w")
color <- c("firebrick", "firebrick", "steelblue", "firebrick")
draw_arrows(start, end, color, 2.5)
middle <- (nodes[start, 1:2] + nodes[end, 1:2]) / 2
points(middle, pch = 21, cex = 3.2, bg = "white", col = color)
text(middle, labels = edges[c("loss", "x1", "b", "w")], col = color)
draw_nodes()
close_picture()

# ---- Momentum: over the hump instead of stuck before it ------------------------------------------

# A loss with a low valley on the left and a less low one on the right.
hump <- function(w) (w^2 - 1)^2 + 0.3 * w

# Returns the way down: one row of weights for each step.
descend <- function(loss_of, start, rate, momentum) {
  weights <- tf$Variable(as.array(start))
  velocity <- array(0, length(start))
  way <- matrix(start, 151, length(start), byrow = TRUE)
  for (step in 1:150) {
    with(tf$GradientTape() %as% tape, {
      loss <- loss_of(weights)
    })
    gradient <- from_python(tape$gradient(loss, weights))
    velocity <- momentum * velocity - rate * gradient
    weights$assign_add(momentum * velocity - rate * gradient)
    way[step + 1, ] <- from_python(weights)
  }
  way
}

stuck <- descend(hump, 1.8, rate = 0.01, momentum = 0)
freed <- descend(hump, 1.8, rate = 0.01, momentum = 0.9)
stopifnot(abs(stuck[151] - 0.9600) < 1e-3, abs(freed[151] + 1.0353) < 1e-3)
cat(sprintf("without momentum the way ends at %.3f, with it at %.3f\n", stuck[151], freed[151]))

draw_way <- function(way, title) {
  line <- seq(-1.7, 1.9, length.out = 200)
  plot(line, hump(line),
    type = "l", col = "gray40", lwd = 1.5, ylim = c(-0.7, 6), las = 1,
    main = title, font.main = 1, xlab = "w", ylab = "loss", panel.first = grid()
  )
  lines(way, hump(way), type = "o", col = "steelblue", pch = 19, cex = 0.5, lwd = 0.6)
  points(way[1], hump(way[1]), pch = 19)
  points(way[151], hump(way[151]), pch = 19, cex = 1.5, col = "firebrick")
  legend("top", c("start", "end"), pch = 19, col = c("black", "firebrick"), box.col = "gray80")
}

open_named("momentum", 1000, 400)
par(mfrow = c(1, 2), mar = c(4, 4, 2.5, 1), mgp = c(2.4, 0.8, 0))
draw_way(stuck, "Without momentum: stuck")
draw_way(freed, "With momentum 0.9: through")
close_picture()

# ---- A walk down a surface -----------------------------------------------------------------------

# A bowl with two wells in it; the deeper one is at (-1, -1).
surface <- function(u, v, exp = base::exp) {
  shallow <- 0.6 * exp(-((u - 1.2)^2 + (v - 0.8)^2) / 0.6)
  deep <- 1.8 * exp(-((u + 1)^2 + (v + 1)^2) / 0.8)
  0.12 * (u^2 + v^2) - shallow - deep
}
surface_of <- function(weights) surface(weights@r[1], weights@r[2], exp = tf$exp)

walks <- list(
  "plain" = descend(surface_of, c(2.3, 1.9), rate = 0.1, momentum = 0),
  "momentum 0.9" = descend(surface_of, c(2.3, 1.9), rate = 0.1, momentum = 0.9)
)
for (name in names(walks)) {
  end <- walks[[name]][151, ]
  cat(sprintf(
    "%s: the walk ends at (%.2f, %.2f), where the loss is %.2f\n",
    name, end[1], end[2], surface(end[1], end[2])
  ))
}
stopifnot(
  abs(walks[["plain"]][151, ] - c(1.07, 0.71)) < 0.02,
  abs(walks[["momentum 0.9"]][151, ] - c(-0.95, -0.95)) < 0.02
)

axis_values <- seq(-2.5, 2.5, length.out = 81)
heights <- outer(axis_values, axis_values, surface)
palette_of <- function(count) hcl.colors(count, "viridis")
colors <- c("plain" = "firebrick", "momentum 0.9" = "darkorange")

draw_surface <- function() {
  # persp() colours facets: take the mean of the four corners of each.
  corners <- heights[-1, -1] + heights[-1, -81] + heights[-81, -1] + heights[-81, -81]
  view <- persp(axis_values, axis_values, heights,
    theta = -25, phi = 50, expand = 0.6, border = NA, shade = 0.15, axes = FALSE,
    col = palette_of(60)[cut(corners / 4, 60)]
  )
  mtext("the height is the loss", side = 1, line = 1)
  for (name in names(walks)) {
    walk <- walks[[name]]
    on_screen <- trans3d(walk[, 1], walk[, 2], surface(walk[, 1], walk[, 2]) + 0.03, view)
    lines(on_screen, col = colors[name], lwd = 2.5)
  }
}

draw_map <- function() {
  image(axis_values, axis_values, heights,
    col = palette_of(25), las = 1, xlab = "first weight", ylab = "second weight"
  )
  contour(axis_values, axis_values, heights,
    nlevels = 20, add = TRUE, drawlabels = FALSE, col = "#FFFFFF55"
  )
  for (name in names(walks)) {
    lines(walks[[name]], type = "o", pch = 19, cex = 0.4, col = colors[name], lwd = 1.5)
  }
  points(2.3, 1.9, pch = 19, col = "white", cex = 1.4)
  legend("topleft", c(names(walks), "start"),
    col = c(colors, "white"), pch = 19, lty = c(1, 1, 0), bg = "gray85", box.col = "gray60"
  )
}

open_named("surface", 1100, 500)
par(mfrow = c(1, 2), mar = c(4, 4, 1.5, 1), oma = c(0, 0, 1.5, 0), mgp = c(2.4, 0.8, 0))
draw_surface()
par(pty = "s")
draw_map()
mtext("Down a loss surface", outer = TRUE)
close_picture()

# Reference values for sequential: Rscript tests/data/statistics/sequential_make.R tests/data/statistics
# Needs Debian's r-cran-mvtnorm, r-cran-jsonlite. Boundaries by multivariate normal probabilities,
# an entirely different way than integrating from look to look; betting by loops written out.
suppressMessages({library(mvtnorm); library(jsonlite)})
folder <- commandArgs(TRUE)[1]

boundaries <- function(t, alpha, two) {
  side <- if (two) alpha / 2 else alpha
  spent <- 2 * (1 - pnorm(qnorm(1 - side / 2) / sqrt(t)))
  R <- outer(t, t, function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
  z <- qnorm(1 - spent[1])
  for (k in seq_along(t)[-1]) {
    crossed <- function(c) {
      upper <- c(z, c); lower <- if (two) -upper else rep(-Inf, k)
      set.seed(1)
      1 - as.numeric(pmvnorm(lower, upper, corr = R[1:k, 1:k], algorithm = GenzBretz(maxpts = 2e6, abseps = 1e-8)))
    }
    z <- c(z, uniroot(function(c) crossed(c) - (if (two) 2 else 1) * spent[k], c(1, 8), tol = 1e-7)$root)
  }
  list(fractions = t, alpha = alpha, two_sided = two, critical = z, spent = (if (two) 2 else 1) * spent)
}

betting <- function(x, alpha, grid) {  # hedged capital, Waudby-Smith and Ramdas 2024, theorem 3
  keep <- matrix(TRUE, length(grid), length(x))
  for (g in seq_along(grid)) {
    m <- grid[g]; up <- 1; down <- 1; sum_x <- 0.5; sum_v <- 0.25
    for (t in seq_along(x)) {
      variance <- sum_v / t
      lambda <- sqrt(2 * log(2 / alpha) / (variance * t * log(t + 1)))
      up <- up * (1 + min(lambda, 0.5 / m) * (x[t] - m))
      down <- down * (1 - min(lambda, 0.5 / (1 - m)) * (x[t] - m))
      keep[g, t] <- max(up / 2, down / 2) < 1 / alpha
      sum_x <- sum_x + x[t]; mean_x <- sum_x / (t + 1); sum_v <- sum_v + (x[t] - mean_x)^2
    }
  }
  low <- apply(keep, 2, function(k) if (any(k)) min(grid[k]) else NA)
  high <- apply(keep, 2, function(k) if (any(k)) max(grid[k]) else NA)
  list(x = x, low = cummax(low), high = cummin(high))
}
set.seed(42)
x <- round(rbeta(60, 3, 2), 3)
write_json(list(
  versions = list(R = R.version.string, mvtnorm = as.character(packageVersion("mvtnorm"))),
  boundaries = list(boundaries(1:5 / 5, 0.05, TRUE), boundaries(c(0.25, 0.5, 0.75, 1), 0.05, FALSE),
                    boundaries(c(0.3, 0.45, 0.9), 0.01, TRUE)),
  betting = betting(x, 0.05, seq(0, 1, length.out = 2001))
), file.path(folder, "sequential.json"), auto_unbox = TRUE, digits = 12, pretty = TRUE)

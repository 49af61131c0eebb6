# Writes meta.json: 8 conditions by 9 items, people and two metrics, and what plain loops in R make
# of them, pair by pair and swap by swap.
#     apt-get install r-base-core r-cran-jsonlite
#     Rscript tests/data/statistics/meta.R tests/data/statistics/meta.json
library(jsonlite)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(11)
S <- 8; I <- 9
truth <- rnorm(S) + matrix(rnorm(S * I), S)
human <- pmin(pmax(round(truth + 0.5 * matrix(rnorm(S * I), S)), -2), 2)
first <- round(truth + matrix(rnorm(S * I), S), 2)
second <- round(0.5 * truth + 0.6 * rnorm(S) + matrix(rnorm(S * I), S), 1)
holes <- human; holes[cbind(c(1, 3, 3, 8), c(2, 2, 5, 9))] <- NA

levels_of <- function(h, m, f) {
  ok <- !is.na(h)
  at <- function(a, b) { k <- !is.na(a); if (sum(k) < 2) NA else f(a[k], b[k]) }
  means <- function(x) sapply(1:S, function(s) mean(x[s, ok[s, ]]))
  list(condition = f(means(h), means(m)),
       `group-by-item` = mean(sapply(1:I, function(i) at(h[, i], m[, i])), na.rm = TRUE),
       `group-by-condition` = mean(sapply(1:S, function(s) at(h[s, ], m[s, ])), na.rm = TRUE),
       none = at(as.vector(h), as.vector(m)))
}
accuracy_of <- function(epsilon) function(h, m) {
  right <- 0; pairs <- 0
  for (a in seq_along(h)[-1]) for (b in 1:(a - 1)) {
    d <- m[a] - m[b]
    right <- right + (sign(h[a] - h[b]) == (if (abs(d) <= epsilon + 1e-9) 0 else sign(d)))
    pairs <- pairs + 1
  }
  right / pairs
}
best_epsilon <- function(h, m, by) {
  candidates <- sort(unique(c(0, round(abs(outer(as.vector(m), as.vector(m), "-")), 6))))
  found <- sapply(candidates, function(e) levels_of(h, m, accuracy_of(e))[[by]])
  list(epsilon = candidates[which.max(found)], accuracy = max(found))
}

z <- function(m) (m - mean(m)) / sqrt(mean((m - mean(m))^2))
swap_p <- function(by) {
  a <- z(first); b <- z(second)
  apart <- function(a, b) levels_of(human, a, cor)[[by]] - levels_of(human, b, cor)[[by]]
  seen <- abs(apart(a, b))
  drawn <- sapply(0:(2^S - 1), function(way) {
    rows <- bitwAnd(way, 2^(0:(S - 1))) > 0
    one <- a; other <- b; one[rows, ] <- b[rows, ]; other[rows, ] <- a[rows, ]
    abs(apart(one, other))
  })
  mean(drawn >= seen - 1e-12)
}

# all 2^I sign flips
flips <- as.matrix(expand.grid(rep(list(c(-1, 1)), I)))
sure <- function(x, y) { d <- x - y; null <- flips %*% d; mean(null > sum(d) + 1e-9) + mean(abs(null - sum(d)) <= 1e-9) / 2 }
soft <- function(h, m) {
  p <- combn(S, 2)
  1 - mean(apply(p, 2, function(k) abs(sure(h[k[1], ], h[k[2], ]) - sure(m[k[1], ], m[k[2], ]))))
}

write_json(list(
  versions = list(R = R.version.string),
  command = "Rscript tests/data/statistics/meta.R tests/data/statistics/meta.json",
  human = human, holes = holes, first = first, second = second,
  pearson = levels_of(holes, first, cor),
  spearman = levels_of(holes, first, function(a, b) cor(a, b, method = "spearman")),
  kendall = levels_of(holes, first, function(a, b) cor(a, b, method = "kendall")),
  accuracy = levels_of(holes, first, accuracy_of(0)),
  accuracy_with_ties = levels_of(holes, first, accuracy_of(0.5)),
  epsilon = list(none = best_epsilon(holes, first, "none"),
                 `group-by-item` = best_epsilon(holes, first, "group-by-item"),
                 `group-by-condition` = best_epsilon(human, second, "group-by-condition")),
  permutation = list(condition = swap_p("condition"), `group-by-item` = swap_p("group-by-item"),
                     none = swap_p("none")),
  soft = list(first = soft(human, first), second = soft(human, second))
), commandArgs(TRUE)[1], digits = 12, auto_unbox = TRUE, na = "null")

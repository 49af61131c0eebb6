# Reference values for trend: Rscript tests/data/statistics/trend_make.R tests/data/statistics
# Needs Debian's r-cran-coin, r-cran-jsonlite. Exact p-values are counts over all orders.
suppressMessages({library(coin); library(jsonlite)})
folder <- commandArgs(TRUE)[1]

# Page with ties: the standardised linear statistic of coin, ranks within blocks
tied <- matrix(c(3,4,3, 2,2,4, 3,3,5, 1,3,2, 2,3,2, 2,4,5, 1,2,4, 3,4,4, 2,4,5, 1,3,4), ncol = 3, byrow = TRUE)
d <- data.frame(y = c(t(tied)), level = rep(1:3, 10), block = factor(rep(1:10, each = 3)))
page <- independence_test(y ~ level | block, data = d,
  ytrafo = function(data) trafo(data, numeric_trafo = rank_trafo, block = d$block))

perms <- function(v) if (length(v) <= 1) list(v) else
  do.call(c, lapply(seq_along(v), function(k) lapply(perms(v[-k]), function(p) c(v[k], p))))
small <- rbind(c(2, 1, 2, 5), c(1, 3, 3, 4), c(4, 2, 6, 7))
L <- function(m) sum(apply(m, 1, rank) * seq_len(ncol(m)))
seen <- L(small)
each <- lapply(1:3, function(b) sapply(perms(1:4), function(p) sum(rank(small[b, ])[p] * 1:4)))
all_l <- outer(outer(each[[1]], each[[2]], `+`), each[[3]], `+`)

# Jonckheere: Hollander and Wolfe's table 6.6 (J = 79), by Kendall's S, which has the same variance
motivation <- c(40, 35, 38, 43, 44, 41, 38, 40, 47, 44, 40, 42, 48, 40, 45, 43, 46, 44)
group <- rep(1:3, each = 6)
kendall <- cor.test(motivation, group, method = "kendall", exact = FALSE)
J <- function(y, g) { s <- 0; for (i in 1:2) for (j in (i + 1):3) s <- s + sum(outer(y[g == i], y[g == j], function(a, b) (a < b) + (a == b) / 2)); s }
few <- c(1.2, 0.4, 2.2, 1.9, 3.1, 0.9, 2.8, 4.0)
g <- c(1, 1, 1, 2, 2, 3, 3, 3)
splits <- do.call(c, lapply(combn(8, 3, simplify = FALSE), function(a) lapply(combn(setdiff(1:8, a), 2, simplify = FALSE), function(b) { h <- rep(3, 8); h[a] <- 1; h[b] <- 2; h })))
all_j <- sapply(splits, function(h) J(few, h))

# Isotonic: isoreg on level means is unweighted, so each answer is given to it
y <- c(5.1, 4.9, 3.8, 4.4, 4.2, 4.6, 4.0, 2.9, 3.3, 3.5, 3.6, 1.2)
x <- c(1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6)
means <- tapply(y, x, mean); n <- table(x)
wide <- isoreg(rep(-means, n))  # level means, as often as they have answers
write_json(list(
  versions = list(R = R.version.string, coin = as.character(packageVersion("coin"))),
  page = list(table = tied, z = as.numeric(statistic(page, "standardized")), p = as.numeric(pvalue(page))),
  page_exact = list(table = small, statistic = seen, increasing = mean(all_l >= seen), decreasing = mean(all_l <= seen)),
  motivation = list(values = motivation, levels = group, statistic = J(motivation, group), z = as.numeric(kendall$statistic), p = kendall$p.value),
  jonckheere_exact = list(values = few, levels = g, statistic = J(few, g), increasing = mean(all_j >= J(few, g)), decreasing = mean(all_j <= J(few, g))),
  isotonic = list(values = y, levels = x, fitted = unname(-wide$yf[cumsum(n)]))
), file.path(folder, "trend.json"), auto_unbox = TRUE, digits = 14, pretty = TRUE)

# Writes association.json: a small table, and what R says of it, to test ours against.
#     apt-get install r-base-core r-cran-proc r-cran-sandwich r-cran-jsonlite
#     Rscript tests/data/statistics/association.R tests/data/statistics/association.json
suppressMessages({library(pROC); library(sandwich); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(4)
n <- 60
artist <- rep(1:12, each = 5)
taste <- rnorm(12)[artist]
x <- round(taste + rnorm(n), 2)
z <- round(0.5 * x + rnorm(n), 1)
w <- round(rnorm(n) + 0.3 * z, 2)
y <- round(0.7 * x + 0.3 * z + rnorm(n), 1)
yes <- as.integer(y + rnorm(n) > 0)
p <- round(plogis(1.6 * x - 0.3), 3)

test_of <- function(method, a, b) {
  found <- suppressWarnings(cor.test(a, b, method = method, exact = FALSE))
  list(r = unname(found$estimate), p = found$p.value,
       low = if (is.null(found$conf.int)) NULL else found$conf.int[1],
       high = if (is.null(found$conf.int)) NULL else found$conf.int[2])
}
partial2 <- function(a, b, c, d) {
  r <- cor(resid(lm(a ~ c + d)), resid(lm(b ~ c + d)))
  list(r = r, p = 2 * pt(-abs(r) * sqrt((n - 4) / (1 - r^2)), n - 4))
}
kendall_partial <- function(a, b, c) {
  t <- cor(cbind(a, b, c), method = "kendall")
  (t[1, 2] - t[1, 3] * t[2, 3]) / sqrt((1 - t[1, 3]^2) * (1 - t[2, 3]^2))
}

# Obuchowski 1997, pair by pair
clustered_auc <- function(scores, yes, cluster) {
  pos <- which(yes == 1); neg <- which(yes == 0); m <- length(pos); k <- length(neg)
  above <- function(a, b) (a > b) + 0.5 * (a == b)
  parts <- lapply(scores, function(s) {
    v10 <- sapply(pos, function(i) mean(above(s[i], s[neg])))
    v01 <- sapply(neg, function(j) mean(above(s[pos], s[j])))
    list(auc = mean(v10), v10 = v10, v01 = v01)
  })
  labels <- unique(cluster)
  part_sums <- function(part) sapply(labels, function(g) c(
    sum(part$v10[cluster[pos] == g] - part$auc), sum(part$v01[cluster[neg] == g] - part$auc)))
  i10 <- length(unique(cluster[pos])); i01 <- length(unique(cluster[neg])); i <- length(labels)
  covariance <- function(a, b) {
    A <- part_sums(a); B <- part_sums(b)
    i10 / (i10 - 1) * sum(A[1, ] * B[1, ]) / m^2 + i01 / (i01 - 1) * sum(A[2, ] * B[2, ]) / k^2 +
      i / (i - 1) * (sum(A[1, ] * B[2, ]) + sum(A[2, ] * B[1, ])) / (m * k)
  }
  list(first = parts[[1]]$auc, second = parts[[2]]$auc,
       var_first = covariance(parts[[1]], parts[[1]]),
       var_difference = covariance(parts[[1]], parts[[1]]) + covariance(parts[[2]], parts[[2]]) -
         2 * covariance(parts[[1]], parts[[2]]))
}

one <- roc(yes, x, direction = "<", quiet = TRUE); two <- roc(yes, z, direction = "<", quiet = TRUE)
paired_test <- roc.test(one, two, method = "delong", paired = TRUE)
delong <- list(first = as.numeric(auc(one)), second = as.numeric(auc(two)),
               var_first = var(one, method = "delong"), z = unname(paired_test$statistic),
               p = paired_test$p.value)

fit <- glm(yes ~ qlogis(p), family = binomial, control = glm.control(epsilon = 1e-14))
cluster_vcov <- vcovCL(fit, cluster = artist, type = "HC0", cadjust = TRUE)
calibration <- list(coefficients = unname(coef(fit)), se = unname(sqrt(diag(cluster_vcov))),
                    brier = mean((p - yes)^2))

orders <- function(v) if (length(v) < 2) list(v) else
  do.call(c, lapply(seq_along(v), function(i) lapply(orders(v[-i]), function(o) c(v[i], o))))
table <- data.frame(x, z, w, y)
r2 <- function(names) if (!length(names)) 0 else
  summary(lm(reformulate(names, "y"), table))$r.squared
gains <- sapply(orders(c("x", "z", "w")), function(o) {
  gain <- sapply(seq_along(o), function(k) r2(o[seq_len(k)]) - r2(o[seq_len(k - 1)]))
  gain[match(c("x", "z", "w"), o)]
})

write_json(list(
  versions = list(R = R.version.string, pROC = as.character(packageVersion("pROC")),
                  sandwich = as.character(packageVersion("sandwich"))),
  command = "Rscript tests/data/statistics/association.R tests/data/statistics/association.json",
  data = list(x = x, z = z, w = w, y = y, yes = yes, p = p, artist = artist),
  pearson = test_of("pearson", x, y), spearman = test_of("spearman", x, y),
  kendall = test_of("kendall", x, y),
  partial = partial2(x, y, z, w),
  partial_spearman = partial2(rank(x), rank(y), rank(z), rank(w)),
  partial_kendall = kendall_partial(x, y, z),
  delong = delong, obuchowski = clustered_auc(list(x, z), yes, artist),
  calibration = calibration, lmg = rowMeans(gains)
), commandArgs(TRUE)[1], digits = 12, auto_unbox = TRUE)

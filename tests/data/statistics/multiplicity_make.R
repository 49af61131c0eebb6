# Reference values for multiplicity: Rscript tests/data/statistics/multiplicity_make.R tests/data/statistics
# Needs Debian's r-cran-multcomp, r-cran-mvtnorm, r-cran-jsonlite.
suppressMessages({library(multcomp); library(mvtnorm); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
version <- function(p) as.character(packageVersion(p))
p <- c(0.001, 0.02, 0.02, 0.8, 0.04, 0.31, 0.0004, 0.049)

# Tukey's case: all pairs of warpbreaks' tensions, by multcomp
m <- lm(breaks ~ tension, warpbreaks)
tukey <- glht(m, linfct = mcp(tension = "Tukey"))
set.seed(1)
ci <- confint(tukey, calpha = adjusted_calpha(maxpts = 2e6, abseps = 1e-6))
s <- summary(tukey, test = adjusted("single-step", maxpts = 2e6, abseps = 1e-6))

# Westfall and Young's step-down max-T, loops written out
set.seed(3)
draws <- matrix(rnorm(200 * 4), 200) %*% chol(0.5 + 0.5 * diag(4)) %*% diag(c(1, 2, 0.5, 1))
values <- c(2.8, 3.1, -0.9, 0.2)
sd <- apply(draws, 2, sd)
t <- abs(values) / sd; D <- abs(draws) / rep(sd, each = 200)
down <- numeric(4); last <- 0; left <- 1:4
while (length(left)) {
  k <- left[which.max(t[left])]
  last <- max(last, (1 + sum(apply(D[, left, drop = FALSE], 1, max) >= t[k])) / 201)
  down[k] <- last; left <- setdiff(left, k)
}
write_json(list(
  versions = list(R = R.version.string, multcomp = version("multcomp"), mvtnorm = version("mvtnorm")),
  p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"),
  tukey = list(values = unname(coef(tukey)), covariance = unname(vcov(tukey)), freedom = df.residual(m),
               low = unname(ci$confint[, "lwr"]), high = unname(ci$confint[, "upr"]), p = as.numeric(s$test$pvalues)),
  max_t = list(values = values, deviations = draws, p = down)
), file.path(folder, "multiplicity.json"), auto_unbox = TRUE, digits = 12)

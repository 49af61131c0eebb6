# Reference values for thresholds: Rscript tests/data/statistics/thresholds_make.R tests/data/statistics
# Needs Debian's r-cran-lme4, r-cran-sandwich, r-cran-mass, r-cran-psyphy, r-cran-jsonlite.
suppressMessages({library(lme4); library(sandwich); library(MASS); library(psyphy); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
d <- read.csv(file.path(folder, "thresholds.csv"))
version <- function(p) as.character(packageVersion(p))
tight <- glm.control(epsilon = 1e-14, maxit = 200)

fieller <- function(m, v, target, q, link) {  # levels whose eta does not differ from the target's
  a <- coef(m)[[1]] - link(target); b <- coef(m)[[2]]
  A <- b^2 - q^2 * v[2, 2]; B <- 2 * (a * b - q^2 * v[1, 2]); C <- a^2 - q^2 * v[1, 1]
  sort((-B + c(-1, 1) * sqrt(B^2 - 4 * A * C)) / (2 * A))
}
plain <- function(name, link) {
  m <- glm(yes ~ level, binomial(name), d, control = tight)
  r <- vcovCL(m, d$rater, type = "HC0", cadjust = TRUE)
  dose <- dose.p(m, p = c(0.5, 0.9))
  list(coefficients = unname(coef(m)), log_likelihood = as.numeric(logLik(m)),
       levels = as.numeric(dose), se = as.numeric(attr(dose, "SE")),
       fieller = lapply(c(0.5, 0.9), function(p) fieller(m, vcov(m), p, qnorm(0.975), link)),
       fieller_rater = lapply(c(0.5, 0.9), function(p) fieller(m, r, p, qt(0.975, 24), link)))
}

mixed <- function(name) {
  m <- glmer(yes ~ level + (1 | rater), d, binomial(name), nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
  list(coefficients = unname(fixef(m)), sd = as.numeric(attr(VarCorr(m)$rater, "stddev")))
}

# a choice of two: guess 0.5 known
two <- glm(right ~ level, binomial(mafc.logit(2)), d, control = tight)

# lapse (and guess) estimated: a general optimiser on the likelihood written out
free <- function(y, guess, start) {
  loss <- function(at) {
    g <- if (is.na(guess)) plogis(at[4]) else guess
    p <- g + (1 - g - plogis(at[3])) * plogis(at[1] + at[2] * d$level)
    -sum(dbinom(y, 1, p, log = TRUE))
  }
  for (k in 1:5) { o <- optim(start, loss, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000)); start <- o$par }
  list(coefficients = o$par[1:2], lapse = plogis(o$par[3]),
       guess = if (is.na(guess)) plogis(o$par[4]) else guess, log_likelihood = -o$value)
}
write_json(list(
  versions = list(R = R.version.string, lme4 = version("lme4"), sandwich = version("sandwich"),
                  MASS = version("MASS"), psyphy = version("psyphy")),
  logit = plain("logit", qlogis), probit = plain("probit", qnorm),
  mixed_logit = mixed("logit"), mixed_probit = mixed("probit"),
  choice = list(coefficients = unname(coef(two)), log_likelihood = as.numeric(logLik(two)),
                se = unname(sqrt(diag(vcov(two))))),
  lapse = free(d$yes, 0, c(3, -1, -3)), choice_lapse = free(d$right, 0.5, c(-3, 1.3, -3)),
  both = free(d$right, NA, c(-3, 1.3, -3, 0))
), file.path(folder, "thresholds.json"), auto_unbox = TRUE, digits = 12, pretty = TRUE)

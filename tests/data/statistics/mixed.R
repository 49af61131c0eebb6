# Writes mixed.json: mixed models by lme4, lmerTest and glmmTMB, to test evaluation.statistics.mixed
# against. Debian 12: r-cran-lme4 r-cran-lmertest r-cran-glmmtmb r-cran-jsonlite.
#     Rscript tests/data/statistics/mixed.R
suppressMessages({library(lme4); library(lmerTest); library(glmmTMB); library(jsonlite)})
set.seed(20261122)

study <- function(raters, artworks, filled) {
  d <- expand.grid(rater = seq_len(raters), artwork = seq_len(artworks), condition = c("a", "b", "c"),
                   stringsAsFactors = FALSE)
  d <- d[runif(nrow(d)) < filled, ]
  d$stimulus <- paste(d$artwork, d$condition)
  d$reaction <- paste(d$rater, d$condition)
  d$x <- round(rnorm(nrow(d)), 3)
  d
}
of <- function(level, sd) { u <- unique(level); rnorm(length(u), 0, sd)[match(level, u)] }
latent <- function(d, artwork_sd = 0.5) {
  0.3 + 0.6 * (d$condition == "b") - 0.4 * (d$condition == "c") + 0.3 * d$x +
    of(d$rater, 0.9) + of(d$artwork, artwork_sd) + of(d$stimulus, 0.4) + of(d$reaction, 0.5)
}
gaussian_case <- function(name, d, formula, groups) {
  fit <- lmer(formula, d, control = lmerControl(optimizer = "bobyqa",
              optCtrl = list(rhoend = 1e-11), check.conv.singular = "ignore"))
  table <- summary(fit)$coefficients
  sds <- as.data.frame(VarCorr(fit))
  list(name = name, data = d[c("y", "x", "condition", groups)], groups = groups,
       effects = table[, 1], se = table[, 2], df = table[, 3], p = table[, 5],
       sd = setNames(as.list(sds$sdcor), sds$grp), log_likelihood = as.numeric(logLik(fit)))
}
bernoulli_case <- function(name, d, formula, groups) {
  fit <- glmmTMB(formula, d, family = binomial)
  table <- summary(fit)$coefficients$cond
  sds <- lapply(VarCorr(fit)$cond, function(v) attr(v, "stddev")[[1]])
  spread <- sqrt(sum(unlist(sds)^2))
  marginal <- function(eta) integrate(function(z) plogis(eta + spread * z) * dnorm(z), -9, 9,
                                      rel.tol = 1e-10)$value
  population <- sapply(c(a = "a", b = "b", c = "c"), function(condition) {
    moved <- d; moved$condition <- condition
    eta <- model.matrix(~ condition + x, transform(moved, condition = factor(condition, c("a", "b", "c")))) %*%
      table[, 1]
    mean(sapply(eta, marginal))
  })
  list(name = name, data = d[c("y", "x", "condition", groups)], groups = groups,
       effects = table[, 1], se = table[, 2], p = table[, 4], sd = sds, population = as.list(population),
       log_likelihood = as.numeric(logLik(fit)))
}
two <- c("rater", "artwork"); four <- c(two, "stimulus", "reaction")
one <- study(12, 10, 0.6); one$y <- round(latent(one) + rnorm(nrow(one), 0, 0.8), 3)
other <- study(15, 14, 0.5); other$y <- round(latent(other) + rnorm(nrow(other), 0, 0.8), 3)
flat <- study(8, 9, 0.4); flat$y <- round(of(flat$rater, 0.7) + rnorm(nrow(flat)), 3)
yes <- study(14, 12, 0.6); yes$y <- as.integer(runif(nrow(yes)) < plogis(latent(yes)))
many <- study(30, 25, 0.4); many$y <- as.integer(runif(nrow(many)) < plogis(latent(many)))
two_terms <- y ~ condition + x + (1 | rater) + (1 | artwork)
four_terms <- update(two_terms, . ~ . + (1 | stimulus) + (1 | reaction))
document <- list(
  versions = lapply(c(lme4 = "lme4", lmerTest = "lmerTest", glmmTMB = "glmmTMB"),
                    function(name) as.character(packageVersion(name))),
  command = "Rscript tests/data/statistics/mixed.R",
  linear = list(gaussian_case("two terms", one, two_terms, two),
                gaussian_case("four terms", other, four_terms, four),
                gaussian_case("no artwork effect", flat, two_terms, two)),
  logit = list(bernoulli_case("two terms", yes, two_terms, two),
               bernoulli_case("four terms", many, four_terms, four)))
write(toJSON(document, auto_unbox = TRUE, digits = 12, dataframe = "columns"),
      "tests/data/statistics/mixed.json")

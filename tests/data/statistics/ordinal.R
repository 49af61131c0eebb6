# Writes ordinal.json: what R's ordinal (Christensen), glmmTMB and emmeans say about wine.csv
# (Randall 1989, as R's ordinal ships it) and ordinal_ratings.csv (simulated: 16 raters, 6 artworks,
# 4 conditions, 300 answers). Run here: Rscript ordinal.R. Needs Debian's r-cran-ordinal,
# r-cran-glmmtmb, r-cran-emmeans and r-cran-jsonlite.
suppressMessages({library(ordinal); library(glmmTMB); library(emmeans); library(jsonlite)})
wine <- read.csv("wine.csv", stringsAsFactors = TRUE)
wine$rating <- factor(wine$rating, ordered = TRUE); wine$judge <- factor(wine$judge)
ratings <- read.csv("ordinal_ratings.csv", stringsAsFactors = TRUE)
ratings$y <- factor(ratings$rating, ordered = TRUE)
ratings$rc <- interaction(ratings$rater, ratings$condition)
links <- c("logit", "probit", "cloglog", "loglog", "cauchit")
structures <- c("flexible", "symmetric", "equidistant")
two <- y ~ condition + group + x + (1 | rater) + (1 | stimulus)
four <- y ~ condition + group + x + (1 | rater) + (1 | artwork) + (1 | stimulus) + (1 | rc)

fixed <- function(m) {
  list(log_likelihood = as.numeric(logLik(m)),
       coefficients = as.list(m$beta),
       thresholds = as.list(setNames(m$Theta[1, ], colnames(m$Theta))))
}
mixed <- function(m) {
  se <- sqrt(diag(vcov(m)))[names(m$beta)]
  sds <- sapply(VarCorr(m), function(v) sqrt(v[1, 1]))
  theta <- as.list(m$Theta[1, ]); names(theta) <- names(m$Theta[1, ])
  list(log_likelihood = m$logLik, coefficients = as.list(m$beta), se = as.list(se),
       thresholds = theta, standard_deviations = as.list(sds))
}
out <- list(
  command = "Rscript ordinal.R",
  versions = list(R = R.version.string, ordinal = as.character(packageVersion("ordinal")),
                  glmmTMB = as.character(packageVersion("glmmTMB")),
                  emmeans = as.character(packageVersion("emmeans"))))

out$clm <- list()
for (link in links) for (structure in structures) {
  m <- clm(rating ~ temp + contact, data = wine, link = link, threshold = structure)
  out$clm[[paste(link, structure)]] <- c(fixed(m), list(se = as.list(sqrt(diag(vcov(m)))[names(m$beta)])))
}
out$clmm <- list()
for (link in links[-5]) {  # ordinal's clmm does not converge with a cauchit here; on the wine it does
  cat(link, "\n")
  out$clmm[[paste(link, "flexible")]] <- mixed(clmm(two, data = ratings, link = link))
}
for (structure in structures[-1]) {
  cat(structure, "\n")
  out$clmm[[paste("logit", structure)]] <- mixed(clmm(two, data = ratings, threshold = structure))
}
cat("four\n")
out$four <- mixed(clmm(four, data = ratings))

laplace <- clmm(rating ~ temp + contact + (1 | judge), data = wine)
plain <- clm(rating ~ temp + contact, data = wine)
out$wine <- mixed(laplace)
out$wine$modes <- ranef(laplace)$judge[[1]]
out$wine$mode_se <- sqrt(condVar(laplace)$judge[[1]])
out$wine_cauchit <- mixed(clmm(rating ~ temp + contact + (1 | judge), data = wine, link = "cauchit", Hess = TRUE))
out$wine_nodes <- mixed(clmm(rating ~ temp + contact + (1 | judge), data = wine, nAGQ = 10))
old <- clmm2(rating ~ temp + contact, random = judge, data = wine, nAGQ = 10, Hess = TRUE)
limits <- confint(profile(old, range = c(0.3, 4), nSteps = 40))
out$wine_profile_deviation <- as.numeric(limits)
out$clm_profile <- apply(confint(plain, type = "profile"), 1, as.numeric, simplify = FALSE)
nominal <- clm(rating ~ temp, nominal = ~contact, data = wine)
out$nominal_log_likelihood <- as.numeric(logLik(nominal))
lr <- anova(laplace, plain); out$judge_statistic <- lr$LR.stat[2]

crossed <- clm(y ~ condition * group + x, data = ratings)
marginal <- emmeans(crossed, ~condition, mode = "latent")
out$marginal_means <- as.data.frame(marginal)[, c("condition", "emmean", "SE")]
out$contrasts <- as.data.frame(pairs(marginal, reverse = TRUE, adjust = "holm"))[, c("contrast", "estimate", "SE", "p.value")]

share <- function(level) {
  b <- laplace$beta; s <- sqrt(VarCorr(laplace)$judge[1, 1]); th <- c(-Inf, laplace$Theta[1, ], Inf)
  per <- sapply(wine$contact, function(k) {
    eta <- b["tempwarm"] * (level == "warm") + b["contactyes"] * (k == "yes")
    sapply(1:5, function(j) integrate(function(z)
      (plogis(th[j + 1] - eta - s * z) - plogis(th[j] - eta - s * z)) * dnorm(z), -12, 12,
      rel.tol = 1e-10)$value)
  })
  rowMeans(per)
}
out$population_shares <- list(cold = share("cold"), warm = share("warm"))

ratings$high <- as.integer(ratings$rating >= 4)
binary <- glmmTMB(high ~ condition + group + (1 | rater) + (1 | stimulus), data = ratings, family = binomial)
out$binary <- list(log_likelihood = as.numeric(logLik(binary)), coefficients = as.list(fixef(binary)$cond),
  se = as.list(sqrt(diag(vcov(binary)$cond))),
  standard_deviations = as.list(sapply(VarCorr(binary)$cond, function(v) sqrt(v[1, 1]))))
write_json(out, "ordinal.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)
warnings()

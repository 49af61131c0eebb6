# Reference values for pairs: Rscript tests/data/statistics/pairs_make.R tests/data/statistics
# Needs Debian's r-cran-bradleyterry2, r-cran-psychotools, r-cran-sandwich, r-cran-jsonlite.
suppressMessages({library(BradleyTerry2); library(psychotools); library(sandwich); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
version <- function(p) as.character(packageVersion(p))

# Agresti's baseball data, the worked example of the BradleyTerry2 vignette (section 2.2)
baseball$home.team <- data.frame(team = baseball$home.team, at.home = 1)
baseball$away.team <- data.frame(team = baseball$away.team, at.home = 0)
home <- BTm(cbind(home.wins, away.wins), home.team, away.team, ~ team + at.home, id = "team", data = baseball)
games <- with(baseball, data.frame(home = home.team$team, away = away.team$team, home.wins, away.wins))

# our own comparisons: decided ones as a GLM, clustered by rater, by rater and artwork
d <- read.csv(file.path(folder, "pairs.csv"))
items <- sort(unique(d$first))
X <- sapply(items, function(k) (d$first == k) - (d$second == k))[, -1]
glm_of <- function(link) {
  kept <- d$first_won != 0.5
  X <- X[kept, ]; e <- d[kept, ]
  m <- glm(e$first_won ~ X, family = binomial(link), control = glm.control(epsilon = 1e-14, maxit = 100))
  cell <- interaction(e$rater, e$artwork, drop = TRUE)
  by <- function(g, adjust) vcovCL(m, g, type = "HC0", cadjust = adjust)
  both <- by(e$rater, TRUE) + by(e$artwork, TRUE) - by(cell, FALSE)
  se <- function(v) unname(sqrt(diag(v)))
  list(estimate = unname(coef(m)), se_model = se(vcov(m)), se_rater = se(by(e$rater, TRUE)),
       se_artwork = se(by(e$artwork, TRUE)), se_both = se(both), log_likelihood = as.numeric(logLik(m)))
}

# Davidson without position: psychotools
prefer <- with(d, {
  swap <- first > second
  data.frame(a = ifelse(swap, second, first), b = ifelse(swap, first, second),
             won = ifelse(swap, 1 - first_won, first_won), rater)
})
grid <- t(combn(items, 2))
grid <- grid[order(grid[, 2], grid[, 1]), ]  # the order of paircomp: a:b, a:c, b:c, a:d ...
# one subject a comparison: the likelihood is the same, NA elsewhere
rows <- do.call(rbind, lapply(seq_len(nrow(prefer)), function(k) {
  r <- rep(NA_integer_, nrow(grid))
  w <- prefer$won[k]
  r[grid[, 1] == prefer$a[k] & grid[, 2] == prefer$b[k]] <- if (w == 1) 1L else if (w == 0) -1L else 0L
  r
}))
tied <- btmodel(paircomp(rows, labels = items, mscale = -1:1), undecided = TRUE, ref = 1)

# Davidson and Beaver with position: the log-linear form (Critchlow and Fligner 1991), one row a
# possible outcome of each ordered pair, Poisson with a constant a pair
cells <- expand.grid(first = items, second = items, outcome = c("first", "second", "tie"), stringsAsFactors = FALSE)
cells <- cells[cells$first != cells$second, ]
cells$n <- mapply(function(a, b, o) sum(d$first == a & d$second == b &
  d$first_won == c(first = 1, second = 0, tie = 0.5)[[o]]), cells$first, cells$second, cells$outcome)
half <- c(first = 0.5, second = -0.5, tie = 0)[cells$outcome]
Z <- sapply(items[-1], function(k) half * ((cells$first == k) - (cells$second == k)))
m <- glm(cells$n ~ 0 + interaction(cells$first, cells$second, drop = TRUE) + Z + half + I(cells$outcome == "tie"),
         family = poisson, control = glm.control(epsilon = 1e-14, maxit = 100))
last <- tail(seq_along(coef(m)), 7)
beaver <- list(estimate = unname(coef(m)[last]), se_model = unname(sqrt(diag(vcov(m)))[last]),
               deviance = deviance(m), freedom = df.residual(m),
               pearson = sum(residuals(m, "pearson")^2))

write_json(list(
  versions = list(R = R.version.string, BradleyTerry2 = version("BradleyTerry2"),
                  psychotools = version("psychotools"), sandwich = version("sandwich")),
  baseball = list(games = games, coefficients = as.list(coef(home)),
                  se = unname(sqrt(diag(vcov(home))))),
  bradley_terry = glm_of("logit"), thurstone = glm_of("probit"),
  davidson = list(worth = as.list(coef(tied)), se = unname(sqrt(diag(vcov(tied)))),
                  names = names(coef(tied)), log_likelihood = as.numeric(logLik(tied))),
  davidson_beaver = beaver
), file.path(folder, "pairs.json"), auto_unbox = TRUE, digits = 12, pretty = TRUE)

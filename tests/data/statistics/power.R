# Power of a difference of two protection success rates, simulated and analysed in R alone.
#
#   Rscript tests/data/statistics/power.R > tests/data/statistics/power.json
#
# Answers by a logistic model with rater, artwork, stimulus and rater:condition; analysed by lm with
# sandwich's two-way clustered covariance (no less than either one-way one) and t of
# min(raters, artworks) - 1 degrees of freedom.
suppressMessages(library(sandwich))
set.seed(20261122)
STUDIES <- 1000
SD <- c(rater = 0.9, artwork = 0.7, stimulus = 0.6, reaction = 0.5)

effect <- function(share) {
  total <- sqrt(sum(SD^2))
  gap <- function(e) integrate(function(z) plogis(e + total * z) * dnorm(z), -8, 8)$value - share
  uniroot(gap, c(-20, 20), tol = 1e-10)$root
}

significant <- function(raters, artworks, between, effects) {
  table <- expand.grid(rater = 1:raters, artwork = 1:artworks, condition = 1:2)
  if (between) table <- table[table$condition == 1 + table$rater %% 2, ]
  people <- rnorm(raters, 0, SD["rater"])
  works <- rnorm(artworks, 0, SD["artwork"])
  pictures <- matrix(rnorm(artworks * 2, 0, SD["stimulus"]), artworks)
  reactions <- matrix(rnorm(raters * 2, 0, SD["reaction"]), raters)
  eta <- effects[table$condition] + people[table$rater] + works[table$artwork] +
    pictures[cbind(table$artwork, table$condition)] + reactions[cbind(table$rater, table$condition)]
  table$hit <- rbinom(nrow(table), 1, plogis(eta))
  fit <- lm(hit ~ condition, table)
  by <- function(...) vcovCL(fit, cluster = table[c(...)], type = "HC0", cadjust = TRUE)[2, 2]
  v <- max(by("rater", "artwork"), by("rater"), by("artwork"))
  freedom <- min(raters, artworks) - 1
  2 * pt(-abs(coef(fit)[2] / sqrt(v)), freedom) < 0.05
}

rows <- list(
  list(raters = 12, artworks = 10, between = FALSE, psr = c(0.3, 0.5)),
  list(raters = 30, artworks = 20, between = FALSE, psr = c(0.3, 0.4)),
  list(raters = 16, artworks = 40, between = FALSE, psr = c(0.1, 0.2)),
  list(raters = 40, artworks = 20, between = TRUE, psr = c(0.3, 0.5)),
  list(raters = 30, artworks = 20, between = FALSE, psr = c(0.3, 0.3))
)
told <- sapply(rows, function(row) {
  effects <- c(effect(row$psr[1]), effect(row$psr[2]))
  yes <- replicate(STUDIES, significant(row$raters, row$artworks, row$between, effects))
  sprintf('{"raters":%d,"artworks":%d,"between":%s,"psr":[%g,%g],"yes":%d}', row$raters,
          row$artworks, tolower(row$between), row$psr[1], row$psr[2], sum(yes))
})
cat(sprintf('{"versions":"R %s, sandwich %s","command":"Rscript tests/data/statistics/power.R","studies":%d,"rows":[%s]}\n',
            getRversion(), packageVersion("sandwich"), STUDIES, paste(told, collapse = ",")))

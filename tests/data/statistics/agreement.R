# Writes agreement_r.json: intraclass correlations by psych and lme4, W by Friedman's test of stats,
# from the tables of agreement.json. Debian 12: r-cran-psych r-cran-lme4 r-cran-jsonlite.
#     Rscript tests/data/statistics/agreement.R
suppressMessages({library(psych); library(lme4); library(jsonlite)})
given <- fromJSON("tests/data/statistics/agreement.json", simplifyVector = TRUE)
tables <- lapply(seq_len(nrow(given$chance)), function(k) {
  values <- given$chance$values[[k]]
  matrix(as.numeric(values), nrow(values))
})
names(tables) <- given$chance$name

complete <- t(tables$complete)
found <- ICC(complete, lmer = FALSE)$results
r <- setNames(split(data.frame(value = found$ICC, low = found[["lower bound"]],
                               high = found[["upper bound"]]), seq_len(6)), found$type)

components <- function(values) {
  d <- data.frame(y = as.vector(values), rater = factor(row(values)), item = factor(col(values)))
  d <- d[!is.na(d$y), ]
  tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11))
  of <- function(fit) { v <- as.data.frame(VarCorr(fit)); setNames(as.list(v$vcov), v$grp) }
  list(crossed = of(lmer(y ~ 1 + (1 | rater) + (1 | item), d, control = tight)),
       nested = of(lmer(y ~ 1 + (1 | item), d, control = tight)))
}
document <- list(
  versions = lapply(c(psych = "psych", lme4 = "lme4"),
                    function(name) as.character(packageVersion(name))),
  command = "Rscript tests/data/statistics/agreement.R",
  icc = r, reml = lapply(tables[c("holes", "sparse")], components),
  friedman = unname(friedman.test(tables$complete)$statistic))
write(toJSON(document, auto_unbox = TRUE, digits = 12), "tests/data/statistics/agreement_r.json")

# Adds to ppi.json the clustered variances of the rectified mean, by R's sandwich.
#     Rscript tests/data/statistics/ppi_make.R tests/data/statistics/ppi.json
suppressMessages({library(sandwich); library(jsonlite)})
path <- commandArgs(TRUE)[1]
d <- fromJSON(path)
fit <- lm(y ~ 1, data.frame(y = d$answers - d$lambda * d$predicted))
one_way <- function(by, corrected) vcovCL(fit, cluster = by, type = "HC0", cadjust = corrected)[1, 1]
cell <- paste(d$artist, d$rater)
d$versions$R <- R.version.string
d$versions$sandwich <- as.character(packageVersion("sandwich"))
d$by_artist <- one_way(d$artist, TRUE)
d$two_way <- one_way(d$artist, TRUE) + one_way(d$rater, TRUE) - one_way(cell, FALSE)
d$rest <- d$lambda^2 * sum((d$unlabelled - mean(d$unlabelled))^2) / length(d$unlabelled)^2
write_json(d, path, digits = 14, auto_unbox = TRUE)

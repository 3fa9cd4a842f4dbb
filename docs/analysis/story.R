# How many of the cases filed in each year are still going on? Run: Rscript story.R clearinghouse-sqlite figure.svg
arguments <- commandArgs(trailingOnly = TRUE)
database <- DBI::dbConnect(RSQLite::SQLite(), file.path(arguments[1], "data/clearinghouse.sqlite"), flags = RSQLite::SQLITE_RO)
cases <- DBI::dbGetQuery(database, "
  SELECT CAST(substr(filing_date, 1, 4) AS INTEGER) AS year,
    CASE case_ongoing WHEN 'Yes' THEN 'ongoing' WHEN 'No' THEN 'ended' ELSE 'not known' END AS fate
  FROM cases WHERE filing_date >= '2000-01-01'")
DBI::dbDisconnect(database)
counts <- table(factor(cases$fate, levels = c("ended", "ongoing", "not known")), cases$year)
svg(arguments[2], width = 8, height = 4)
barplot(counts, col = c("#bbbbbb", "#1f6f8b", "#e0d6b8"), border = NA, las = 2, legend.text = TRUE, args.legend = list(x = "topleft", bty = "n"),
  main = "Cases by year of filing (invented data of the demo)", xlab = "year of filing", ylab = "cases")
invisible(dev.off())

# Reads an export as SQLite into R with types, and asks ten questions. Run: Rscript read_with_r.R clearinghouse-sqlite
suppressPackageStartupMessages({
  library(DBI)
  library(dplyr)
})

folder <- commandArgs(trailingOnly = TRUE)[1]
# Ids can have more than 32 bits: with "integer64" none is rounded.
database <- dbConnect(RSQLite::SQLite(), file.path(folder, "data/clearinghouse.sqlite"), flags = RSQLite::SQLITE_RO, bigint = "integer64")
codebook <- dbGetQuery(database, "SELECT * FROM codebook WHERE value IS NULL")

# Reads a table, turns texts into days, and compares it with the codebook.
read_table <- function(name) {
  columns <- codebook[codebook$table == name, ]
  frame <- dbReadTable(database, name, check.names = FALSE)
  stopifnot(nrow(frame) == as.integer(columns$rows[1]))
  for (at in seq_len(nrow(columns))) {
    column <- columns$column[at]
    if (columns$type[at] == "date") frame[[column]] <- as.Date(frame[[column]], format = "%Y-%m-%d")
    if (columns$type[at] == "list") next
    stopifnot(sum(is.na(frame[[column]])) == as.integer(columns$missing[at]))
    if (columns$type[at] %in% c("integer", "date") && !is.na(columns$least[at])) {
      values <- frame[[column]][!is.na(frame[[column]])]
      stopifnot(as.character(min(values)) == columns$least[at], as.character(max(values)) == columns$greatest[at])
    }
    if (columns$type[at] == "text") stopifnot(is.character(frame[[column]]) || all(is.na(frame[[column]])))
  }
  frame
}

cases <- read_table("cases")
entries <- read_table("docket_entries")
documents <- read_table("documents")

# How often each value occurs: the most frequent first, then by name, in the order of characters whatever the language of R.
count_values <- function(values, most = Inf) {
  counts <- table(values)
  counts <- counts[order(-counts, names(counts), method = "radix")]
  lapply(head(seq_along(counts), most), function(at) list(names(counts)[at], unname(counts[[at]])))
}
count_years <- function(days, most = 5) {
  counts <- table(as.integer(format(days[!is.na(days)], "%Y")))
  counts <- counts[order(-as.integer(names(counts)))]
  lapply(head(seq_along(counts), most), function(at) list(as.integer(names(counts)[at]), unname(counts[[at]])))
}
longest <- entries %>% mutate(case_id = as.numeric(case_id)) %>% count(case_id) %>% arrange(desc(n), case_id) %>% head(3)

answers <- list(
  count_values(coalesce(cases$case_ongoing, "(none)")),
  count_values((cases %>% filter(case_ongoing == "Yes"))$state, 5),
  count_years(cases$filing_date),
  count_values(unlist(lapply(cases$issues, jsonlite::fromJSON)), 5),
  count_values(cases$prevailing_party, 5),
  count_years(entries$date_filed),
  list(list(sum(grepl("summary judgment", tolower(entries$description), fixed = TRUE)))),
  lapply(seq_len(nrow(longest)), function(at) list(longest$case_id[at], longest$n[at])),
  count_values(coalesce(documents$document_type, "(none)"), 5),
  list(list(as.character(min(cases$filing_date, na.rm = TRUE)), as.character(max(cases$filing_date, na.rm = TRUE)), sum(is.na(cases$filing_date))))
)
dbDisconnect(database)
engine <- sprintf("R %s.%s, DBI %s, dplyr %s", R.version$major, R.version$minor, packageVersion("DBI"), packageVersion("dplyr"))
cat(jsonlite::toJSON(list(engine = engine, answers = answers), auto_unbox = TRUE, digits = NA), "\n")

"""Reads an export as CSV into Polars with types, and asks ten questions. Run: python read_with_polars.py clearinghouse-csv"""

import json
import sys

import polars as pl

from check_export import check, read_schema

TYPES = {"integer": pl.Int64, "boolean": pl.Boolean, "string": pl.String, "array": pl.String, "date": pl.Date, "datetime": pl.String}


def read(folder, table):
    schema = read_schema(folder, table)
    frame = pl.read_csv(
        f"{folder}/data/{table}.csv",
        schema={name: TYPES[kind] for name, kind in schema.items()},
        null_values=[""],
    )
    frame = frame.with_columns(
        [pl.col(name).str.json_decode(pl.List(pl.String)) for name, kind in schema.items() if kind == "array"]
        + [pl.col(name).str.to_datetime("%+", time_zone="UTC") for name, kind in schema.items() if kind == "datetime"]
    )
    scalars = [name for name, kind in schema.items() if kind != "array"]
    bounds = {name: (str(frame[name].min()), str(frame[name].max())) for name in scalars if schema[name] in ("integer", "date")}
    check(folder, table, frame.height, {name: frame[name].null_count() for name in scalars}, bounds)
    return frame


def count(frame, column, most=None):
    """How often each value occurs: the most frequent first, then by name."""
    counted = frame.group_by(column).len("n").sort(["n", column], descending=[True, False])
    return [list(row) for row in counted.head(most or counted.height).rows()]


def by_year(frame, column, most=5):
    years = frame.drop_nulls(column).group_by(pl.col(column).dt.year().alias("year")).len("n")
    return [list(row) for row in years.sort("year", descending=True).head(most).rows()]


def answer(folder):
    cases = read(folder, "cases")
    entries = read(folder, "docket_entries")
    documents = read(folder, "documents")
    days = cases["filing_date"]
    mentions = entries["description"].str.to_lowercase().str.contains("summary judgment", literal=True)
    return [
        count(cases.with_columns(pl.col("case_ongoing").fill_null("(none)")), "case_ongoing"),
        count(cases.filter(pl.col("case_ongoing") == "Yes").drop_nulls("state"), "state", 5),
        by_year(cases, "filing_date"),
        count(cases.select("issues").explode("issues").drop_nulls(), "issues", 5),
        count(cases.drop_nulls("prevailing_party"), "prevailing_party", 5),
        by_year(entries, "date_filed"),
        [[int(mentions.fill_null(False).sum())]],
        count(entries, "case_id", 3),
        count(documents.with_columns(pl.col("document_type").fill_null("(none)")), "document_type", 5),
        [[str(days.min()), str(days.max()), days.null_count()]],
    ]


if __name__ == "__main__":
    print(json.dumps({"engine": f"Polars {pl.__version__}", "answers": answer(sys.argv[1])}, ensure_ascii=False))

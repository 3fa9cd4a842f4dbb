"""Reads an export as CSV into pandas with types, and asks ten questions. Run: python read_with_pandas.py clearinghouse-csv"""

import json
import sys

import pandas as pd

from check_export import check, read_schema

# Without types, pandas takes the text NA for a missing value, 01234 for 1234, and a large id for a fraction.
TYPES = {"integer": "Int64", "boolean": "boolean", "string": "string", "array": "string", "date": "string", "datetime": "string"}


def read(folder, table):
    schema = read_schema(folder, table)
    frame = pd.read_csv(
        f"{folder}/data/{table}.csv",
        dtype={name: TYPES[kind] for name, kind in schema.items()},
        keep_default_na=False,
        na_values=[""],
        true_values=["true"],
        false_values=["false"],
    )
    for name, kind in schema.items():
        if kind == "date":
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
        elif kind == "datetime":
            frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
        elif kind == "array":
            frame[name] = frame[name].map(json.loads)
    scalars = [name for name, kind in schema.items() if kind != "array"]
    bounds = {name: (str(frame[name].min()), str(frame[name].max())) for name in scalars if schema[name] == "integer"}
    bounds |= {name: (str(frame[name].min())[:10], str(frame[name].max())[:10]) for name in scalars if schema[name] == "date"}
    check(folder, table, len(frame), {name: int(frame[name].isna().sum()) for name in scalars}, bounds)
    return frame


def count(values, most=None):
    """How often each value occurs: the most frequent first, then by name."""
    counted = values.value_counts().rename_axis("value").reset_index(name="n")
    return counted.sort_values(["n", "value"], ascending=[False, True]).head(most or len(counted)).values.tolist()


def by_year(days, most=5):
    return days.dropna().dt.year.value_counts().sort_index(ascending=False).head(most).reset_index().values.tolist()


def answer(folder):
    cases = read(folder, "cases")
    entries = read(folder, "docket_entries")
    documents = read(folder, "documents")
    ongoing = cases[cases["case_ongoing"] == "Yes"]
    longest = entries["case_id"].value_counts().rename_axis("id").reset_index(name="n")
    return [
        count(cases["case_ongoing"].fillna("(none)")),
        count(ongoing["state"].dropna(), 5),
        by_year(cases["filing_date"]),
        count(cases["issues"].explode().dropna(), 5),
        count(cases["prevailing_party"].dropna(), 5),
        by_year(entries["date_filed"]),
        [[int(entries["description"].str.contains("summary judgment", case=False, regex=False, na=False).sum())]],
        longest.sort_values(["n", "id"], ascending=[False, True]).head(3).values.tolist(),
        count(documents["document_type"].fillna("(none)"), 5),
        [[str(cases["filing_date"].min())[:10], str(cases["filing_date"].max())[:10], int(cases["filing_date"].isna().sum())]],
    ]


if __name__ == "__main__":
    print(json.dumps({"engine": f"pandas {pd.__version__}", "answers": answer(sys.argv[1])}, ensure_ascii=False))

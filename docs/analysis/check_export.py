"""Compares a table as a program read it with what the export says of it, so that no guess of a reader goes unnoticed."""

import csv
import json

csv.field_size_limit(2**31 - 1)


def read_schema(folder, table):
    """The columns of a table with their types, from datapackage.json."""
    with open(f"{folder}/datapackage.json", encoding="utf-8") as file:
        resources = json.load(file)["resources"]
    fields = next(one for one in resources if one["name"] == table)["schema"]["fields"]
    return {field["name"]: field["type"] for field in fields}


def read_codebook(folder, table):
    """What codebook.csv says of each column: how many rows lack it, and its least and greatest value."""
    with open(f"{folder}/codebook.csv", encoding="utf-8", newline="") as file:
        return {row["column"]: row for row in csv.DictReader(file) if row["table"] == table and not row["value"]}


def check(folder, table, rows, missing, bounds):
    """Fails if a table has another number of rows, missing values or bounds. Lists are never missing; they are empty.

    `missing` has the number of missing values by column, `bounds` the least and greatest of numbers and days as texts.
    """
    for column, row in read_codebook(folder, table).items():
        assert int(row["rows"]) == rows, f"{table}: {rows} rows instead of {row['rows']}"
        if column in missing:
            assert int(row["missing"]) == missing[column], f"{column}: {missing[column]} missing instead of {row['missing']}"
        if column in bounds and row["least"]:
            assert bounds[column] == (row["least"], row["greatest"]), f"{column}: {bounds[column]}, not {row['least']} to {row['greatest']}"

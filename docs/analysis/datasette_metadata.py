"""Writes metadata.yaml for Datasette from an export as SQLite: what each table and column is, labels, facets, hidden tables.

Run: python datasette_metadata.py clearinghouse-sqlite && datasette clearinghouse-sqlite/data/clearinghouse.sqlite -m metadata.yaml
"""

import json
import sqlite3
import sys
from pathlib import Path

import yaml

# What names a row in a list of links, and what a list of the table is filtered by.
LABELS = {"cases": "name", "documents": "title", "resources": "title", "dockets": "docket_number_manual"}
FACETS = {"cases": ["case_ongoing", "state", "prevailing_party"], "documents": ["document_type"], "runs": ["outcome"]}
HIDDEN = ["list_syncs"]


def make(folder):
    with open(f"{folder}/datapackage.json", encoding="utf-8") as file:
        package = json.load(file)
    database = sqlite3.connect(f"file:{folder}/data/clearinghouse.sqlite?mode=ro", uri=True)
    rows = database.execute('SELECT "table", "column", description FROM codebook WHERE value IS NULL').fetchall()
    tables = {
        one["name"]: {
            "description": one["title"],
            "columns": {column: text for table, column, text in rows if table == one["name"]},
            **({"label_column": LABELS[one["name"]]} if one["name"] in LABELS else {}),
            **({"facets": FACETS[one["name"]]} if one["name"] in FACETS else {}),
            **({"hidden": True} if one["name"] in HIDDEN else {}),
        }
        for one in package["resources"]
    }
    for name, table in tables.items():
        known = set(table["columns"])
        for column in [table.get("label_column"), *table.get("facets", [])]:
            assert column is None or column in known, f"{name} has no column {column}"
    source = package["sources"][0]
    return {
        "title": package["title"],
        "description": package["description"],
        "source": source["title"],
        "source_url": source["path"],
        "databases": {"clearinghouse": {"tables": tables}},
    }


if __name__ == "__main__":
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "metadata.yaml")
    target.write_text(yaml.safe_dump(make(sys.argv[1]), sort_keys=False, allow_unicode=True), encoding="utf-8")
    print(f"{target} is written.")

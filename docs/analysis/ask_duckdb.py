"""Asks ten questions in DuckDB. Run: python ask_duckdb.py clearinghouse-parquet"""

import json
import os
import sys
from pathlib import Path

import duckdb

from check_export import check, read_schema


def split(sql):
    """The statements of a file, without remarks."""
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    return [one.strip() for one in "\n".join(lines).split(";") if one.strip()]


def check_table(connection, table):
    schema = {name: kind for name, kind in read_schema(".", table).items() if kind != "array"}
    ordered = [name for name, kind in schema.items() if kind in ("integer", "date")]
    [(rows,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    [missing] = connection.execute(f"SELECT {', '.join(f'count(*) - count({name})' for name in schema)} FROM {table}").fetchall()
    [bounds] = connection.execute(f"SELECT {', '.join(f'min({name})::VARCHAR, max({name})::VARCHAR' for name in ordered)} FROM {table}").fetchall()
    check(".", table, rows, dict(zip(schema, missing)), {name: bounds[2 * at : 2 * at + 2] for at, name in enumerate(ordered)})


def answer(folder):
    statements = split((Path(__file__).parent / "questions-duckdb.sql").read_text())
    os.chdir(folder)
    connection = duckdb.connect()
    answers = []
    for statement in statements:
        rows = connection.execute(statement).fetchall()
        if statement.startswith("SELECT"):
            answers.append([[str(cell) if hasattr(cell, "isoformat") else cell for cell in row] for row in rows])
    for table in ("cases", "docket_entries", "documents"):
        check_table(connection, table)
    return answers


if __name__ == "__main__":
    print(json.dumps({"engine": f"DuckDB {duckdb.__version__}", "answers": answer(sys.argv[1])}, ensure_ascii=False))

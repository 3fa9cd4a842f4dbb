"""Asks ten questions to Delta tables in the state after a run. Run: python read_delta.py clearinghouse-delta RUN duckdb|clickhouse

DuckDB reads by delta-rs (pip install duckdb deltalake pyarrow), ClickHouse by its library (pip install chdb duckdb).
"""

import json
import os
import sys
from pathlib import Path

from ask_duckdb import split
from check_export import read_codebook

TABLES = ("cases", "docket_entries", "further_docket_entries", "documents", "resources")


def read_versions(folder, run):
    """The version of each table that has the state after a run: tables are read together only in these."""
    runs = json.loads((Path(folder) / "manifest.json").read_text())["runs"]
    return next({name: table["version"] for name, table in one["tables"].items()} for one in runs if one["run"] == run)


def list_days(folder, table):
    return [name for name, row in read_codebook(folder, table).items() if row["type"] == "date"]


def ask_duckdb(folder, versions):
    import deltalake
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        delta = deltalake.DeltaTable(f"{folder}/tables/{table}", version=versions[table])
        connection.register(table, delta.to_pyarrow_dataset())
    name = f"DuckDB {duckdb.__version__} with delta-rs {deltalake.__version__}"
    return name, lambda sql: connection.execute(sql).fetchall()


def ask_clickhouse(folder, versions):
    # ClickHouse reads no file outside the folder in which it began.
    os.chdir(folder)
    import chdb
    from chdb.session import Session

    session = Session()
    session.query("SET output_format_json_quote_64bit_integers = 0")
    for table in TABLES:
        # The questions take lists and days as texts, as they are in CSV.
        texts = [f"toString({name}) AS {name}" for name in list_days(folder, table)]
        if table == "cases":
            texts.append("toJSONString(issues) AS issues")
        session.query(
            f"CREATE VIEW {table} AS SELECT * REPLACE ({', '.join(texts)}) FROM deltaLakeLocal('{folder}/tables/{table}')"
            f" SETTINGS delta_lake_snapshot_version = {versions[table]}"
        )
    ask = lambda sql: json.loads(str(session.query(sql, "JSONCompact")))["data"]
    return f"ClickHouse (chdb {chdb.__version__})", ask


if __name__ == "__main__":
    folder, run, engine = str(Path(sys.argv[1]).resolve()), int(sys.argv[2]), sys.argv[3]
    questions = split((Path(__file__).resolve().parent / f"questions-{engine}.sql").read_text())
    name, ask = {"duckdb": ask_duckdb, "clickhouse": ask_clickhouse}[engine](folder, read_versions(folder, run))
    to_texts = lambda rows: [[str(cell) if hasattr(cell, "isoformat") else cell for cell in row] for row in rows]
    answers = [to_texts(ask(one)) for one in questions if one.startswith("SELECT")]
    days = [[table, day, *to_texts(ask(f"SELECT min({day}), max({day}) FROM {table}"))[0]] for table in TABLES for day in list_days(folder, table)]
    print(json.dumps({"engine": name, "answers": answers, "days": days}, ensure_ascii=False))

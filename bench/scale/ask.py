"""Asks the ten questions, and prints the answers with the seconds of each. Run: python ask.py sqlite FILE, or python ask.py duckdb|spark FOLDER

The folder has a folder of Parquet files for each table, in folders part=0, part=1 and so on. The rows of each part get other ids.
"""

import json
import sys
import time
from pathlib import Path

RECIPES = Path(__file__).resolve().parents[2] / "docs/analysis"
# The column of each table that gets other ids.
KEYS = {"cases": "id", "docket_entries": "case_id", "documents": "id"}
# Greater than any id of an invented case.
SHIFT = 100_000_000


def ask_sqlite(path):
    import sqlite3

    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    return f"SQLite {sqlite3.sqlite_version}", lambda sql: connection.execute(sql).fetchall(), connection.close


def ask_duckdb(folder):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 2; SET memory_limit = '2GB'")
    for table, key in KEYS.items():
        files = f"read_parquet('{folder}/{table}/*/*.parquet', hive_partitioning = true)"
        connection.execute(f"CREATE VIEW {table} AS SELECT * REPLACE ({key} + part * {SHIFT} AS {key}) FROM {files}")
    return f"DuckDB {duckdb.__version__}", lambda sql: connection.execute(sql).fetchall(), connection.close


def ask_spark(folder):
    import pyspark
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    for table, key in KEYS.items():
        rows = spark.read.parquet(f"{folder}/{table}")
        rows.withColumn(key, rows[key] + rows["part"] * SHIFT).createOrReplaceTempView(table)
    return f"Spark {pyspark.__version__}", lambda sql: spark.sql(sql).collect(), spark.stop


def list_questions(engine):
    """The questions of an engine, without remarks and without what makes its views."""
    lines = (RECIPES / f"questions-{engine}.sql").read_text().splitlines()
    statements = "\n".join(line for line in lines if not line.startswith("--")).split(";")
    return [one.strip() for one in statements if one.strip().startswith("SELECT")]


if __name__ == "__main__":
    engine, path = sys.argv[1:]
    name, ask, stop = {"sqlite": ask_sqlite, "duckdb": ask_duckdb, "spark": ask_spark}[engine](path)
    answers, seconds = [], []
    for statement in list_questions(engine):
        begun = time.monotonic()
        rows = ask(statement)
        seconds.append(round(time.monotonic() - begun, 2))
        answers.append([[str(cell) if hasattr(cell, "isoformat") else cell for cell in row] for row in rows])
    print(json.dumps({"engine": name, "answers": answers, "seconds": seconds}, ensure_ascii=False), flush=True)
    stop()

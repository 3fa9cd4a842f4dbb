"""Asks ten questions to Delta tables in the state after a run. Run: python read_delta.py clearinghouse-delta RUN duckdb|clickhouse|spark

DuckDB reads by delta-rs (pip install duckdb deltalake pyarrow), ClickHouse by its library (pip install chdb duckdb), Spark by delta-spark 3.3.2 for
Scala 2.12 (pip install pyspark==3.5.9 duckdb), which it gets from Maven Central unless SPARK_JARS names its jars, separated by commas. SPARK_MASTER is
the address of a cluster.
"""

import json
import os
import sys
from pathlib import Path

from ask_duckdb import split
from check_export import read_codebook

TABLES = ("cases", "dockets", "docket_entries", "further_docket_entries", "documents", "resources")


def read_versions(folder, run):
    """The version of each table that has the state after a run: tables are read together only in these."""
    runs = json.loads((Path(folder) / "manifest.json").read_text())["runs"]
    return next({name: table["version"] for name, table in one["tables"].items()} for one in runs if one["run"] == run)


def list_days(folder, table):
    return [name for name, row in read_codebook(folder, table).items() if row["type"] == "date"]


def list_compared(folder, table):
    """The columns of days, and the one of new fields of the API."""
    return [*list_days(folder, table), *(["other_fields"] if "other_fields" in read_codebook(folder, table) else [])]


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
        replaced = f" REPLACE ({', '.join(texts)})" if texts else ""
        session.query(
            f"CREATE VIEW {table} AS SELECT *{replaced} FROM deltaLakeLocal('{folder}/tables/{table}')"
            f" SETTINGS delta_lake_snapshot_version = {versions[table]}"
        )
    ask = lambda sql: json.loads(str(session.query(sql, "JSONCompact")))["data"]
    return f"ClickHouse (chdb {chdb.__version__})", ask


def ask_spark(folder, versions):
    import pyspark
    from pyspark.sql import SparkSession

    jars = os.environ.get("SPARK_JARS")
    builder = (
        SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local[*]"))
        .config(*("spark.jars", jars) if jars else ("spark.jars.packages", "io.delta:delta-spark_2.12:3.3.2"))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.session.timeZone", "UTC")
        # Days before 1582 are what the file says, not dates of another calendar.
        .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.sql.shuffle.partitions", "2")
        # Begins when all executors are there.
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.ui.enabled", "false")
    )
    spark = builder.getOrCreate()
    for table in TABLES:
        spark.sql(f"SELECT * FROM delta.`{folder}/tables/{table}` VERSION AS OF {versions[table]}").createOrReplaceTempView(table)
    # The driver is one of them.
    executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    return f"Spark {pyspark.__version__}, {executors} executors", lambda sql: spark.sql(sql).collect()


if __name__ == "__main__":
    folder, run, engine = str(Path(sys.argv[1]).resolve()), int(sys.argv[2]), sys.argv[3]
    questions = split((Path(__file__).resolve().parent / f"questions-{engine}.sql").read_text())
    name, ask = {"duckdb": ask_duckdb, "clickhouse": ask_clickhouse, "spark": ask_spark}[engine](folder, read_versions(folder, run))
    to_texts = lambda rows: [[str(cell) if hasattr(cell, "isoformat") else cell for cell in row] for row in rows]
    answers = [to_texts(ask(one)) for one in questions if one.startswith("SELECT")]
    bounds = []
    for table in TABLES:
        columns = list_compared(folder, table)
        [row] = to_texts(ask(f"SELECT {', '.join(f'min({column}), max({column})' for column in columns)} FROM {table}"))
        bounds.extend([table, column, *row[2 * at : 2 * at + 2]] for at, column in enumerate(columns))
    print(json.dumps({"engine": name, "answers": answers, "bounds": bounds}, ensure_ascii=False))

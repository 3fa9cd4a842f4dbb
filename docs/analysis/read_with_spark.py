"""Asks ten questions in Spark. Run: python read_with_spark.py clearinghouse-parquet"""

import json
import sys
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from ask_duckdb import split
from check_export import check, read_schema


def check_table(spark, folder, table):
    schema = {name: kind for name, kind in read_schema(folder, table).items() if kind != "array"}
    ordered = [name for name, kind in schema.items() if kind in ("integer", "date")]
    rows = spark.table(table).count()
    missing = spark.sql(f"SELECT {', '.join(f'count(*) - count({name})' for name in schema)} FROM {table}").first()
    bounds = spark.sql(f"SELECT {', '.join(f'string(min({name})), string(max({name}))' for name in ordered)} FROM {table}").first()
    check(folder, table, rows, dict(zip(schema, missing)), {name: tuple(bounds[2 * at : 2 * at + 2]) for at, name in enumerate(ordered)})


def answer(folder):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.sql.session.timeZone", "UTC")
        # Days before 1582 and instants before 1900 are what the file says, not dates of another calendar.
        .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
        .config("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    for table in ("cases", "docket_entries", "documents"):
        spark.read.parquet(f"{folder}/data/{table}.parquet").createOrReplaceTempView(table)
        check_table(spark, folder, table)
    statements = split((Path(__file__).parent / "questions-spark.sql").read_text())
    answers = [[[str(cell) if hasattr(cell, "isoformat") else cell for cell in row] for row in spark.sql(one).collect()] for one in statements]
    spark.stop()
    return answers


if __name__ == "__main__":
    print(json.dumps({"engine": f"Spark {pyspark.__version__}", "answers": answer(sys.argv[1])}, ensure_ascii=False))

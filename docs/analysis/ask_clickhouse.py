"""Asks ten questions in ClickHouse, by its library chdb. Run: python ask_clickhouse.py clearinghouse-csv"""

import json
import sys
from pathlib import Path

import chdb
from chdb.session import Session

from ask_duckdb import split
from check_export import check, read_schema


def ask(session, sql):
    return json.loads(str(session.query(sql, "JSONCompact")))["data"]


# A day before 1900 fails in every query that touches it, or becomes another, so days stay texts, which sort as days do.
TYPES = {"integer": "Int64", "boolean": "Bool", "string": "String", "array": "String", "date": "String", "datetime": "String"}


def to_columns(folder, table):
    return ", ".join(f"{name} {TYPES[kind]}" if kind == "array" else f"{name} Nullable({TYPES[kind]})" for name, kind in read_schema(folder, table).items())


def answer(folder):
    session = Session()
    # An empty field is NULL; an empty text is in quotation marks.
    session.query("SET output_format_json_quote_64bit_integers = 0, format_csv_null_representation = ''")
    session.query("SET input_format_csv_use_default_on_bad_values = 0, input_format_csv_empty_as_default = 0")
    for table in ("cases", "docket_entries", "documents"):
        session.query(f"CREATE VIEW {table} AS SELECT * FROM file('{folder}/data/{table}.csv', CSVWithNames, '{to_columns(folder, table)}')")
        check_table(session, folder, table)
    statements = split((Path(__file__).parent / "questions-clickhouse.sql").read_text())
    answers = [ask(session, one) for one in statements]
    session.close()
    return answers


def check_table(session, folder, table):
    schema = {name: kind for name, kind in read_schema(folder, table).items() if kind != "array"}
    ordered = [name for name, kind in schema.items() if kind in ("integer", "date")]
    [[rows]] = ask(session, f"SELECT count() FROM {table}")
    [missing] = ask(session, f"SELECT {', '.join(f'count() - count({name})' for name in schema)} FROM {table}")
    [bounds] = ask(session, f"SELECT {', '.join(f'toString(min({name})), toString(max({name}))' for name in ordered)} FROM {table}")
    check(folder, table, rows, dict(zip(schema, missing)), {name: tuple(bounds[2 * at : 2 * at + 2]) for at, name in enumerate(ordered)})


if __name__ == "__main__":
    folder = str(Path(sys.argv[1]).resolve())
    print(json.dumps({"engine": f"ClickHouse (chdb {chdb.__version__})", "answers": answer(folder)}, ensure_ascii=False))

"""Writes the rows of an export as SQLite many times into one file, with other ids each time. Run: python multiply.py FROM TIMES TO"""

import sqlite3
import sys

from ask import KEYS, SHIFT


def multiply(exported, times, target):
    connection = sqlite3.connect(target, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("ATTACH ? AS one", (exported,))
    for table, key in KEYS.items():
        [(definition,)] = connection.execute("SELECT sql FROM one.sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchall()
        connection.execute(definition)
        columns = [row[1] for row in connection.execute(f"PRAGMA one.table_info({table})")]
        for part in range(times):
            shifted = [f"{name} + {part * SHIFT}" if name == key else name for name in columns]
            connection.execute(f"INSERT INTO main.{table} SELECT {', '.join(shifted)} FROM one.{table}")
    connection.close()


if __name__ == "__main__":
    exported, times, target = sys.argv[1:]
    multiply(exported, int(times), target)

-- More parts of a search index may stand before SQLite merges them (`crisismerge`). A statement cannot ask whether an index is
-- there, so the program sets this in each index that has the options of before, when it applies this migration. This changes nothing.
PRAGMA writable_schema = RESET;

-- What the mirror records of paused hosts gets a seal. The program seals every table after a migration, so this changes nothing.
PRAGMA writable_schema = RESET;

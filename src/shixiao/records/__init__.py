"""台账: the only tables. One file per kind of record; no rules here beyond what a row must be."""

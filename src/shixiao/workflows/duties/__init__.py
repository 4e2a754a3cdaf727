"""Duties of sharing as they follow from the records: of one record, and of a department."""

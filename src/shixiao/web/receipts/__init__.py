"""Receipts of the ledger: what was put on record, and the proof."""

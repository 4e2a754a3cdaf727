"""The ledger: what it holds, its files, its check, and its witnesses."""

"""数据资产的页面: cards, entries, the roll-forward of a period, and its files."""

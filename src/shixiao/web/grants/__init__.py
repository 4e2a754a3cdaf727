"""授权的页面: what was agreed, what is used, and what was written down of it."""

"""匹配: which data element already answers what a form asks, and why."""

"""清查结果的页面: what a department's databases really hold, and what of it is not catalogued."""

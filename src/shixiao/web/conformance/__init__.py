"""标准核验的页面: how far the tables of a dataset follow the standards, report by report."""

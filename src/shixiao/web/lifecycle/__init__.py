"""全生命周期的页面: the matrix of a dataset, the gaps of a department, copies and their end."""

"""目录的页面: the catalogue of government data, as everybody finds it and departments keep it."""

"""目录: the catalogue of government data, compiled by departments, reviewed, and read in."""

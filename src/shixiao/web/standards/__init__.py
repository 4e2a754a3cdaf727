"""数据元标准的页面: the registry, one element with its editions, conflicts, reading in and out."""

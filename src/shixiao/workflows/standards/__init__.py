"""数据元标准: drafted by departments, open to comments of everybody, adopted by the bureau."""

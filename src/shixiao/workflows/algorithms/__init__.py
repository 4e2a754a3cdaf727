"""算法登记: entries are drafted, published by two, held against logs, and owe duties by level."""

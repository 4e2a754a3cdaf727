"""标准: data elements, conflicts between their definitions, and tables that conform to them."""

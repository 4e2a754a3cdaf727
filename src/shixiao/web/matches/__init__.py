"""匹配的页面: who already holds what forms ask for, and what people confirmed of it."""

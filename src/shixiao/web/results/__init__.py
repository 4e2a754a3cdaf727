"""Reading results: the evaluation that a page is about, and the parts that it left."""

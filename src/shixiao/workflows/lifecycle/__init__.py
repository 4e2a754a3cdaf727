"""全生命周期: who answers for each stage of a dataset, what proves it, copies and their end."""

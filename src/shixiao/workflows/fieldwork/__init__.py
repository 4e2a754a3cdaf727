"""体验测试: what evaluators answer, how it is signed, and what keeps others from it."""

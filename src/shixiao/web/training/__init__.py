"""Training: warning cases, trainings and the one figure that is shown of them."""

"""培训: warning cases from closed cases, and trainings judged only by whether findings fell."""

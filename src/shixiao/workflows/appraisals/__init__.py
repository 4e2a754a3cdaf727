"""考核: rounds of appraisal, from the uploaded scheme to the published ranks."""

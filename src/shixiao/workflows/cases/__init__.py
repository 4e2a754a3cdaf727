"""Cases: one problem, one case, one accountability; every step is a row, a leaf and a notice."""

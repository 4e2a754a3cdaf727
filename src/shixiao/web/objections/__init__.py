"""Objections: filed by anybody, followed by number and code, judged and carried out inside."""

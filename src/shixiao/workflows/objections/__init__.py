"""Objections: filed, accepted, judged by a drawn panel, carried out, and told at every step."""

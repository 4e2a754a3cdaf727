"""Supervision of handlers: figures from the steps of cases, which the handler answers first."""

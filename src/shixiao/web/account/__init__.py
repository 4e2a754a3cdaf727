"""Signing in and out, second factors, passwords, tokens."""

"""The JSON API: what the pages show, for programs; every problem as RFC 9457 has it."""

"""安全: is the technology kept in check before it goes live, and until it is retired?"""

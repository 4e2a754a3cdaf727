"""授权: what was agreed binds: purpose, fields, kinds of case and time, until it ends."""

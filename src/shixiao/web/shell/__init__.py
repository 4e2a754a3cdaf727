"""The frame of all pages: layout, language, problems, headers, logs."""

"""The gate: what a user asks of an image, read from files and options, held against the report on it."""

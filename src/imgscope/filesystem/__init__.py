"""Layers stacked into one file tree, and what each path cost."""

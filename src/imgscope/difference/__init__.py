"""What changed between two images: delta by layer, package and file, and in the configuration."""

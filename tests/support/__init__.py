"""What tests share: one image builder and one in-memory registry."""

"""The Dockerfile that an image was built from: where its instructions stand, and which of them made which layer."""

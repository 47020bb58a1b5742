"""What Podman's and Docker's configuration files say of registries: mirrors, blocks, plain HTTP, certificates."""

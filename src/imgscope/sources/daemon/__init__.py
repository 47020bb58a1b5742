"""Images that a container engine on this machine holds, read over its socket: Docker's API, which Podman speaks too.

What an engine offers is `GET /images/NAME/get`, the tar that `docker save` writes. It is read once, as it passes by,
and nothing of it goes to disk.
"""

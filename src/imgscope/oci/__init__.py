"""What the OCI specifications define, as frozen types. Parsing only: nothing here reads a file or a socket."""

"""The content of one file: as text, as bytes, as what an ELF file says of itself, and through the layers."""

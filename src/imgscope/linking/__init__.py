"""What a dynamic linker would do with the programs of an image: which C library, which libraries, and where they are."""

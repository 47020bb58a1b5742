"""What dynamic linkers would do with the programs of an image: which C library, which libraries, found where."""

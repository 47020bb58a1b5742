"""The files of an image as trees that can be sorted, filtered and opened one directory at a time."""

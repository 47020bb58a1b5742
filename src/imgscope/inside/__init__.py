"""Looking inside an image: its files as they are listed, what one of them holds, and how a path came to be."""

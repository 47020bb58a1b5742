"""One blob to one LayerIndex: verify, decompress, walk, in a single streamed pass that writes nothing."""

"""HTML conversion: the steps of `richtext.losses.prepare`."""

"""The steps of `richtext.losses.prepare`."""

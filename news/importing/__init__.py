"""Moving in: the archive of an older site, an object a line. `lines` reads and checks, `writing` writes in batches."""

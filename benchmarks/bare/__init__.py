"""The floor: a Django site with nothing in it but two views, to measure ours against on the same machine."""

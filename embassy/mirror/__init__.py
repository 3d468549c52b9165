"""A static mirror: the public site as plain files, so that it can be served from anywhere while it is under attack."""

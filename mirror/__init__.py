"""Static export: the public site as plain files, which any web server can serve, for example during an attack."""

"""The importer: messages from JSON lines, RSS, Atom and WordPress files."""

"""The messages for programs: the lists and the messages of the site as JSON, below /api/."""

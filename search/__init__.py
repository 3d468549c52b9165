"""Full-text search with the same behaviour on SQLite (FTS5) and PostgreSQL (tsvector). See docs/developers/search.md.

`text` splits a text into words, `query` parses the search box, `wanted` the query string. `models` and `tables` hold
the index, `index` writes it, `engines` query it, `finding` makes pages and counts of the results, `marks` highlights
the words in them.
"""

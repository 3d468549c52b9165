"""Search: one behaviour on two full-text engines. docs/search.md tells how, and what was measured.

`text` makes words of a text, `query` reads what somebody typed, `wanted` what stands in the address. `models` and
`tables` hold the index, `index` writes it, `engines` ask it, `finding` makes pages and counts of the answers, and
`marks` shows where the words stand.
"""

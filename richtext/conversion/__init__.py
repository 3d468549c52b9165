"""HTML conversion: the steps of `richtext.convert.convert_html`."""

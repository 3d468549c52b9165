"""Range requests (RFC 9110, section 14): parts of a file, for PDF viewers and resumed downloads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import FileResponse, HttpResponse

RANGE = re.compile(r"\s{0,9}bytes\s{0,9}=\s{0,9}(\d{0,18})\s{0,9}-\s{0,9}(\d{0,18})\s{0,9}", re.IGNORECASE | re.ASCII)
LONGEST = 100  # characters of a Range header
CHUNK = 64 * 1024  # bytes


def apply_range(request, response: FileResponse):
    """Return the requested part of a complete file response; `response` itself without a usable Range header.

    206 for a single range, 416 for one outside the file. Several ranges and malformed headers get the whole file, as
    RFC 9110 allows.
    """
    response["Accept-Ranges"] = "bytes"
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header or len(header) > LONGEST:
        return response
    if request.headers.get("If-Range", response.get("ETag")) != response.get("ETag"):
        return response
    size = int(response["Content-Length"])
    span = parse_range(header, size)
    if span is None:
        return response
    if span.start >= span.stop:
        response.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"})
    file = response.file_to_stream
    file.seek(span.start)
    response.streaming_content = read_part(file, len(span))
    response.status_code = 206
    response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    response["Content-Length"] = str(len(span))
    return response


def parse_range(header: str, size: int) -> range | None:
    """Return the byte range of a Range header in a file of `size` bytes; empty if outside the file.

    None for several ranges, other units and malformed headers.
    """
    found = RANGE.fullmatch(header)
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:  # the last bytes
        return range(max(0, size - int(found[2])), size)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return range(first, last + 1)


def read_part(file, length: int) -> Iterator[bytes]:
    """Yield the next `length` bytes of a file."""
    while length > 0 and (chunk := file.read(min(CHUNK, length))):
        length -= len(chunk)
        yield chunk

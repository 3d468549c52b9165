"""The parts of the benchmark, one function each; each adds rows to the table."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections import Counter
from itertools import pairwise
from statistics import median

import brotli

from benchmarks import servers
from benchmarks.places import VENDORS, Worker, bare
from benchmarks.servers import measure_throughput, server

BROWSER = {"Accept_Encoding": "gzip, deflate, br"}
FEEDS = ["/", "/messages/", "/messages/{year}/", "/messages/speeches/", "/messages/feed/", "/messages/feed.json"]


# On the wire


def measure_sizes(table, place, directory):
    """Bytes transferred by a first visit to the home page, and to the contact page."""
    table.heading("Sizes on the wire, Brotli as served (bytes)")
    with server(place, directory) as ours:
        for name, path in {"home": "/", "contact": "/contact/"}.items():
            html, parts = loaded_parts(ours, path)
            plain = html.encode()
            table.add(f"{name}: HTML", f"{parts['HTML']} (gzip {len(gzip.compress(plain, 6))}, plain {len(plain)})")
            table.at_most(f"{name}: CSS", parts["CSS"], 6 * 1024, form="d")
            table.at_most(f"{name}: JavaScript", parts["JavaScript"], 3 * 1024, form="d")
            table.at_most(f"{name}, first visit: HTML + CSS + JavaScript", sum(parts.values()), 14 * 1024, form="d")


def loaded_parts(ours, path) -> tuple[str, dict]:
    """Return a page, and the bytes of its HTML, its styles and its scripts on the wire."""
    body = ours.get(path, **BROWSER)[2]
    html = brotli.decompress(body).decode()
    parts = {"HTML": len(body), "CSS": 0, "JavaScript": 0}
    for file in re.findall(r'(?:<script src|rel="stylesheet" href)="([^"]+)"', html):
        status, _headers, found = ours.get(file, **BROWSER)
        assert status == 200, file
        parts["CSS" if file.endswith(".css") else "JavaScript"] += len(found)
    return html, parts


# Hits


def measure_hits(table, vendor, place, directory, rounds, seconds):
    """Cached pages served by the production server, compared with a minimal Django view of as many bytes."""
    table.heading(f"Hits on {VENDORS[vendor]}: requests a second, and against the bare view beside it")
    body = directory / "body"
    with Worker(place) as inside, server(place, directory) as ours:
        pages = inside.addresses()
        body.write_bytes(ours.get(**BROWSER)[2])
        with server(bare(place, BARE_BODY=str(body)), directory, "benchmarks.bare.wsgi") as floor:
            rates = [run_round(ours, floor, pages, seconds) for _ in range(rounds)]
    floor = median(one["floor"] for one in rates)
    table.add(f"a bare Django view, {body.stat().st_size} bytes (the floor)", f"{floor:.0f}/s")
    least = {"sqlite": 1.5, "postgresql": 0.7}[vendor]
    for name in list(rates[0])[1:]:
        rate, ratio = median(one[name] for one in rates), median(one[name] / one["floor"] for one in rates)
        if name == "home":
            table.at_least(f"{name}, hit", ratio, least, f" ({rate:.0f}/s)")
        else:
            table.add(f"{name}, hit", f"{ratio:.2f} ({rate:.0f}/s)")
    beside = median(one["contact"] / one["home"] for one in rates)
    table.at_least("contact, hit, against home beside it", beside, 0.8)


def run_round(ours, floor, pages, seconds) -> dict:
    """Return requests per second of each page and of the baseline, measured in turn."""
    rates = {"floor": measure_throughput(floor.port, "/", seconds, **BROWSER)}
    rates["home"] = measure_throughput(ours.port, "/", seconds, **BROWSER)
    rates["contact"] = measure_throughput(ours.port, "/contact/", seconds, **BROWSER)
    for name, path in {"message": pages["messages"][0], "list": pages["list"], "feed": pages["feed"]}.items():
        rates[name] = measure_throughput(ours.port, path, seconds, **BROWSER)
    left = 60 - time.time() % 60
    if left < seconds + 1:  # the home page's ETag changes with the minute
        time.sleep(left)
    tag = ours.get(**BROWSER)[1]["etag"]
    assert ours.get(**BROWSER, If_None_Match=tag)[0] == 304
    rates["home, 304"] = measure_throughput(ours.port, "/", seconds, **BROWSER, If_None_Match=tag)
    return rates


# Changes


def measure_changes(table, vendor, place, directory, times=20):
    """Publish under load: both processes show it at the next request, and each renders a page once."""
    table.heading(f"Changes on {VENDORS[vendor]}, two processes, 32 visitors at one of them")
    with Worker(place) as desk, server(place, directory, threads=4) as first, server(place, directory) as second:
        done, seen = threading.Event(), Counter()
        load = threading.Thread(target=visit_page, args=(first.port, done, seen))
        load.start()
        time.sleep(0.5)
        minute, shown, asked = time.time() // 60, 0, 0
        try:
            for number in range(times):
                headline = f"Published under load {time.time_ns()} {number}"
                desk.publish(headline=headline)
                for one in (second, first):
                    for path in FEEDS:
                        asked += 1
                        shown += headline.encode() in one.get(path.format(year=time.gmtime().tm_year))[2]
                time.sleep(0.1)
        finally:
            done.set()
            load.join()
        turns = int(time.time() // 60 - minute)
    table.add(
        f"{times} publications: seen at the very next request, on {len(FEEDS)} pages and feeds of both",
        f"{shown} of {asked}",
        f"{asked}",
        shown == asked,
    )
    # One rendering at the start, one per publication and one per minute. Renderings caused by the publisher's own
    # requests are counted there, so at most as many are missing here.
    most = 1 + times + turns
    made = seen["rendered"]
    what = f"renderings of the home page for {sum(seen.values())} answers in {times} changes"
    table.add(what, f"{made}", f"≤ {most}", made <= most)


def visit_page(port, done, seen):
    """Request the home page continuously, and count the responses that were rendered."""
    for head in servers.count_responses(port, "/", done.is_set, {"Accept-Encoding": "br"}, clients=32):
        seen["rendered" if b"fwd=miss" in head else "cached"] += 1


# Cold


def measure_cold_pages(table, vendor, place, times, rounds=9):
    """Rendering: queries, and CPU compared with a minimal view with a template."""
    table.heading(f"Cold on {VENDORS[vendor]}: CPU milliseconds, and against a bare view of 20 rows beside it")
    with Worker(place) as ours, Worker(bare(place), "benchmarks.bare.wsgi") as floor:
        pages = ours.addresses(number=50)
        paths = {"home": ["/"], "list": [pages["list"]], "message": pages["messages"], "feed": [pages["feed"]]}
        taken = []
        for number in range(rounds + 1):
            one = {"floor": median(floor.measure(paths=["/rows/"], times=times)["cpu"])}
            for name, path in paths.items():
                one[name, "cold"] = median(ours.measure(paths=path, state="cold", times=times)["cpu"])
            one["home", "cold, with Brotli"] = median(
                ours.measure(paths=["/"], state="cold", times=times, coding="br")["cpu"]
            )
            one["home", "first page of an edition"] = median(
                ours.measure(paths=["/"], state="first", times=times)["cpu"]
            )
            for name, path in paths.items():
                one[name, "hit"] = median(ours.measure(paths=path[:1], state="hit", times=times, coding="br")["cpu"])
            if number:  # the first round warms up
                taken.append(one)
        bare_view = median(one["floor"] for one in taken)
        table.add("a bare Django view of 20 rows, a template, two queries", f"{bare_view:.2f} ms")
        for key in list(taken[0])[1:]:
            spent, ratio = median(t[key] for t in taken), median(t[key] / t["floor"] for t in taken)
            detail = f" ({spent:.2f} ms)" if spent > 0.2 else f" ({spent * 1000:.0f} µs)"
            if key == ("home", "cold"):
                table.at_most(", ".join(key), ratio, 2.0, detail)
            else:
                table.add(", ".join(key), f"{ratio:.2f}{detail}")
        for name, most in {"home": 5, "list": 4, "message": 4, "feed": 2}.items():
            asked = len(ours.queries(path=paths[name][0], state="cold"))
            table.at_most(f"{name}, cold: queries", asked, most, form="d")
        first, cold = (len(ours.queries(path="/counters/", state=state)) for state in ("first", "cold"))
        table.add("queries once an edition, for all pages (when it ends, menu, office, notice)", f"{first - cold}")


# Growth


def measure_growth(table, vendor, make, counts, times, rounds=7):
    """The same pages uncached at every size, measured in turn."""
    table.heading(f"Growth on {VENDORS[vendor]}: p50 of a cold page, milliseconds; the last against the first")
    workers = {count: Worker(make(f"growth_{count}")) for count in counts}
    try:
        built = {count: worker.build(count=count) for count, worker in workers.items()}
        took = ", ".join(f"{count:,} in {seconds:.0f} s" for count, seconds in built.items())
        table.add("messages written, with their indexes and counts", took)
        pages = {count: worker.addresses(number=20) for count, worker in workers.items()}
        for name in pages[counts[0]]:
            p50 = {count: [] for count in counts}
            for number in range(rounds + 1):
                for count in counts if number % 2 else reversed(counts):
                    path = pages[count][name]
                    paths = path if isinstance(path, list) else [path]
                    walls = workers[count].measure(paths=paths, state="cold", times=max(times, len(paths)))["wall"]
                    if number:
                        p50[count].append(median(walls))
            figures = " → ".join(f"{median(p50[count]):.2f}" for count in counts)
            ratio = median(last / first for first, last in zip(p50[counts[0]], p50[counts[-1]], strict=True))
            table.at_most(name.removesuffix("s"), ratio, 1.2, f" ({figures} ms)")
    finally:
        for worker in workers.values():
            worker.__exit__()


# Memory


def measure_memory(table, place, directory, pages):
    """Memory of a process after very many different pages."""
    table.heading("Memory of one server process (resident megabytes)")
    with Worker(place) as inside:
        addresses = inside.addresses(number=pages)["messages"]
    with server(place, directory) as ours:
        held = {0: ours.memory()}
        steps = [len(addresses) * third // 3 for third in range(4)]
        for start, end in pairwise(steps):
            crawl_site(ours, addresses[start:end])
            held[end] = ours.memory()
    figures = ", ".join(f"{megabytes:.0f} after {count:,}" for count, megabytes in held.items())
    table.add("resident", figures, "< 200", max(held.values()) < 200)
    last = list(held.values())
    table.at_most("grown in the last third", last[-1] / last[-2], 1.05, " times")


def crawl_site(ours, addresses):
    """Fetch compressed pages from two threads."""

    def fetch(part):
        for path in part:
            assert ours.get(path, **BROWSER)[0] == 200, path

    halves = [threading.Thread(target=fetch, args=(addresses[start::2],)) for start in (0, 1)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()

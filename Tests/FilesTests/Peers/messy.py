"""Prints messy files of CSV, each with the rows that Python's csv finds in it, as lines of JSON.

    messy.py SEED COUNT
"""
import csv
import io
import json
import random
import sys

LINE_ENDS = ["\n", "\r\n", "\r"]
WORDS = ["", "a", "0", "-1.5", "1,5", "ü", "漢字", "a b", " x ", "semi;colon", "tab\there", "bar|bar", "say \"hi\"",
         "two\nlines", "two\r\nlines", "one\rmore", "\"", "\"\"", "'", "end\"", "a,b,\"c\"\nd", "x" * 300]


def cell(random, delimiter):
    """A cell as it is written: some need quotes and have them, some do not and have them, some are sloppy."""
    text = random.choice(WORDS) if random.random() < 0.7 else "".join(
        random.choice("ab1.,;|\t\" é") for _ in range(random.randrange(12)))
    needs = any(c in text for c in "\r\n" + delimiter) or text.startswith("\"")
    if needs or random.random() < 0.3:
        written = "\"" + text.replace("\"", "\"\"") + "\""
        # Text behind a closing quote belongs to the cell, if the quote was closed on its own line.
        if not any(c in text for c in "\r\n") and random.random() < 0.1:
            written += random.choice(["z", " z", "z\"", "1"])
        return written
    return text


def main(seed, count):
    source = random.Random(seed)
    for _ in range(count):
        delimiter = source.choice(",;\t|")
        width = source.randrange(2, 8)
        text = ""
        for _ in range(source.randrange(1, 30)):
            cells = [cell(source, delimiter) for _ in range(source.choice([width, width, width, source.randrange(2, 9)]))]
            text += delimiter.join(cells) + source.choice(LINE_ENDS)
            if source.random() < 0.1:
                text += source.choice(LINE_ENDS)
        if source.random() < 0.3:
            text = text.rstrip("\r\n")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        print(json.dumps({"delimiter": delimiter, "file": text, "rows": rows}))


main(int(sys.argv[1]), int(sys.argv[2]))

"""Prints, for each file of CSV that is named, how many rows it has and the exact sums of its columns of numbers.

    totals.py FILE ...
"""
import csv
import decimal
import json
import sys

decimal.getcontext().prec = 80


def total(cells):
    """The sum of the cells that are not empty, or None if one of them is no number."""
    try:
        return str(sum((decimal.Decimal(cell) for cell in cells if cell), decimal.Decimal(0)))
    except decimal.InvalidOperation:
        return None


for name in sys.argv[1:]:
    with open(name, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    sums = {title: total([row[i] for row in rows]) for i, title in enumerate(header)}
    print(json.dumps({"rows": len(rows), "sums": {title: value for title, value in sums.items() if value}}))

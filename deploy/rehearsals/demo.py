"""Looks at what `sextant demo` has said.

demo.py object             is standard input an object of JSON?
demo.py member NAME        prints a member of the object on standard input
demo.py wide               prints a table with a row for each of 120 weeks and a column for each medium
demo.py report REPORT TRUTH  does the report of a simulated shop agree with the truth about it?
"""

import datetime
import json
import math
import random
import sys


def fail(words):
    sys.exit(f"demo: {words}")


def near(found, expected, tolerance, what):
    if abs(found - expected) > tolerance * abs(expected):
        fail(f"{what} is {found}: expected {expected}")


def check_report(report, truth):
    """All that was sent is there, credit adds up, and most intervals have the truth in them."""
    if report["gaps"]:
        fail(f"there are gaps: {report['gaps']}")
    near(int(report["overview"]["events"]["events"]), truth["events"]["events"], 0, "the number of events")
    result = report["run"]["result"]
    conversions = int(result["conversions"])
    for model in result["models"]:
        given = sum(channel.get("conversions", 0) for channel in model["channels"])
        near(given, conversions, 1e-6, f"the credit of {model['model']}")
    returns = {channel["channel"]: channel["return_on_spend"] for channel in truth["channels"]}
    spend = {channel["channel"]: channel["spend"] for channel in truth["channels"]}
    inside = 0
    for channel in report["results"]["channels"]:
        name, roi = channel["channel"], channel["roi"]
        # Weeks that are not whole are left out of a panel.
        near(channel["spend"], spend.pop(name), 0.02, f"what was spent on {name}")
        inside += roi["lower"] <= returns[name] <= roi["upper"]
    if spend:
        fail(f"nothing is said of {sorted(spend)}")
    if inside < len(returns) - 2:
        fail(f"{inside} of {len(returns)} intervals have the truth in them")
    plan = report["plan"]
    near(sum(line.get("recommended", 0) for line in plan["lines"]), plan["currentSpend"], 1e-6, "the plan's money")
    if plan["gain"].get("mean", 0) < 0:
        fail("the plan is worse than what is spent now")


def wide_table():
    """Two media whose return is 2 and 1 while they are new, a price, a season and noise; weeks begin on Saturdays."""
    numbers = random.Random(7)
    print("week,revenue,tv_spend,radio_spend,price")
    for week in range(120):
        day = datetime.date(2023, 1, 7) + datetime.timedelta(weeks=week)
        tv, radio = (numbers.choice([0, 1]) * numbers.uniform(500, most) for most in (4_000, 2_000))
        price = 20 + numbers.uniform(-2, 2)
        sold = 30_000 + 2_000 * math.sin(2 * math.pi * week / 52) - 300 * (price - 20) + numbers.gauss(0, 300)
        revenue = sold + 8_000 * math.tanh(tv / 4_000) + 2_000 * math.tanh(radio / 2_000)
        print(f"{day},{revenue:.2f},{tv:.2f},{radio:.2f},{price:.2f}")


def main(arguments):
    match arguments:
        case ["object"]:
            if not isinstance(json.load(sys.stdin), dict):
                fail("this is no object")
        case ["member", name]:
            print(json.load(sys.stdin)[name])
        case ["wide"]:
            wide_table()
        case ["report", report, truth]:
            with open(report) as first, open(truth) as second:
                check_report(json.load(first), json.load(second))
        case _:
            sys.exit(__doc__)


main(sys.argv[1:])

"""What pages take for granted that their reader has: files in the folder where commands are run, a tenant."""

import datetime
import gzip
import subprocess
import time

FIRST_DAY = datetime.date(2025, 1, 6)


def write(path, header, rows):
    lines = [header] + [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines) + "\n")


def own_data(folder):
    """Spend and a KPI of a shop by the day, for two years."""
    days = [FIRST_DAY - datetime.timedelta(days=day) for day in range(1, 7 * 104 + 1)]
    spend = [(day, channel, 20 + (day.toordinal() // 7 * step % 47) + day.toordinal() % 5) for day in days
             for channel, step in (("paid_search", 29), ("paid_social", 13))]
    revenue = [(day, 400 + 2 * spend[2 * number][2] + spend[2 * number + 1][2] + 61 * day.toordinal() % 45) for number, day in enumerate(days)]
    write(folder / "spend.csv", "date,channel,spend", spend)
    write(folder / "kpi.csv", "date,revenue", revenue)


def path_table(folder):
    rows = [("email > paid_search", 12, 600, 80), ("paid_search", 20, 900, 150), ("paid_social > email > paid_search", 7, 410, 40),
            ("display > paid_social", 2, 90, 120), ("email", 9, 380, 60)]
    write(folder / "paths.csv", "path,conversions,value,nulls", rows)


def tables(folder):
    """Tables of a mix model: by week and place, in two languages, by day, and with a row for each channel; readouts of tests."""
    days = [FIRST_DAY - datetime.timedelta(days=7 * week) for week in reversed(range(104))]
    spent = [[(0 if week % 4 == 3 else 4_000 + 900 * (week * 37 % 7), 2_000 + 60 * (week * 29 % 61), 1_000 + 70 * (week * 17 % 23))
              for week in range(len(days))] for _ in range(3)]
    channels = ("tv", "search", "radio")

    def sold(place, week):
        tv, search, radio = spent[place][week]
        return 60_000 + 4 * tv + 3 * search + 2 * radio + 100 * ((week * 71 + place * 13) % 43)

    weeks = range(len(days))
    write(folder / "weeks.csv", "week,geo,population,revenue,tv_spend,search_spend,radio_spend",
          [(days[week], f"Geo{place + 1}", 1_000_000, sold(place, week), *spent[place][week]) for week in weeks for place in range(3)])
    write(folder / "wochen.csv", "week,revenue,Kosten TV,search_spend,Wetter",
          [(days[week], sold(0, week), *spent[0][week][:2], week % 7) for week in weeks])
    write(folder / "shop.csv", "week,revenue,orders,tv_spend,search_spend",
          [(days[week], sold(0, week), sold(0, week) // 80 + week * 53 % 61, *spent[0][week][:2]) for week in weeks])
    write(folder / "days.csv", "date,revenue,tv_spend,search_spend",
          [((days[0] + datetime.timedelta(days=day)).strftime("%d/%m/%Y"), sold(0, day // 7) // 7 + day % 5, spent[0][day // 7][0] // 7,
            spent[0][day // 7][1] // 7 + day * 13 % 11) for day in range(7 * len(days))])
    write(folder / "long.csv", "week,revenue,channel,spend",
          [(days[week], sold(0, week), channel, amount) for week in weeks for channel, amount in zip(channels, spent[0][week]) if amount])
    write(folder / "tests.csv", "name,channel,kpi,first_date,last_date,measure,value,standard_error,spend_delta,currency",
          [("autumn", "paid_social", "revenue", "2025-09-01", "2025-09-28", "return_on_spend", 1.4, 0.4, 4_000, "USD")])


def files(folder):
    own_data(folder)
    write(folder / "ads.csv", "Day,Campaign name,Amount spent (EUR),Impressions,Link clicks",
          [(f"{day:02}/01/2026", "spring", 20 + day, 900, 30) for day in range(1, 29)])
    crm = "Kunde,event_type,event_name,timestamp,value,currency,order_id\n" + "".join(
        f"k{number},conversion,Order Completed,2026-01-{number:02} 10:00:00,{number * 10},EUR,crm{number}\n" for number in range(1, 29))
    (folder / "crm.csv.gz").write_bytes(gzip.compress(crm.encode()))


def tenant(folder):
    """A tenant whose key stands in the environment: what the page imports is no part of the demo's shop."""
    slug = folder.name.lower()[:20]
    subprocess.run(["sextant", "tenant", "create", slug, "--currency", "USD", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    key = subprocess.run(["sextant", "key", "create", slug, "--all"], check=True, capture_output=True, text=True).stdout.strip()
    # A new tenant is known everywhere within seconds.
    for words in (["import", "list"], ["mmm", "models"]):
        end = time.monotonic() + 60
        while (answer := subprocess.run(["sextant", *words, "--key", key], capture_output=True, text=True)).returncode != 0:
            if time.monotonic() > end:
                raise SystemExit(f"sextant {' '.join(words)}: {answer.stderr}")
    return {"SEXTANT_KEY": key, "KEY": key}

"""Sends events by Segment's own library, and prints what it could not deliver.

    segment_events.py URL KEY COUNT     COUNT products viewed, and one order
"""
import json
import sys

from segment import analytics

url, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
failures = []
analytics.write_key = key
analytics.host = url
analytics.gzip = True
analytics.max_queue_size = count + 1
analytics.on_error = lambda error, items: failures.append(f"{len(items)}: {error}")
for number in range(count):
    analytics.track(f"user-{number % 1000}", "Product Viewed", {"sku": number})
order = {"order_id": "sdk-1", "revenue": 10.5, "currency": "EUR"}
analytics.track("user-1", "Order Completed", order)
analytics.flush()
analytics.shutdown()
print(json.dumps(failures))

"""Journeys for `deploy/bench attribution`, and ChannelAttribution on them.

attribution.py make FOLDER JOURNEYS   writes raw.csv and aggregated.csv
attribution.py measure FILE ORDER     prints the nanoseconds of reading and crediting, the peak of
                                      memory, and the credit of each channel
"""

import sys
import time

CHANNELS = (
    "paid_search direct organic_search email paid_social organic_social display affiliate referral video sms podcast"
).split()


def make(folder, count):
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(20260101)
    size = len(CHANNELS)
    starts = 1 / np.arange(1, size + 1) ** 0.9
    starts /= starts.sum()
    steps = starts * random.gamma(4, 1 / 4, (size, size))
    steps = 0.7 * steps / steps.sum(1, keepdims=True) + 0.3 * np.eye(size)
    lengths = np.clip(random.geometric(1 / 4.5, count), 1, 40)
    paths = np.full((count, 40), -1, np.int8)
    paths[:, 0] = random.choice(size, count, p=starts)
    ladders = steps.cumsum(1)
    for place in range(1, 40):
        rows = np.flatnonzero(lengths > place)
        before = paths[rows, place - 1]
        draws = random.random(len(rows))
        paths[rows, place] = np.minimum((draws[:, None] > ladders[before]).sum(1), size - 1)
    strengths = random.normal(0, 0.5, size)
    strengths[1] += 0.4
    strengths[3] += 0.6
    score = sum(strengths[c] * np.minimum((paths == c).sum(1), 3) for c in range(size))
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-score - middle))).mean() < 0.03 else (low, middle)
    converts = random.random(count) < 1 / (1 + np.exp(-score - low))
    values = np.where(converts, np.round(np.exp(random.normal(4.2, 0.6, count)), 2), 0)
    names = [" > ".join(CHANNELS[c] for c in path[:length]) for path, length in zip(paths, lengths)]
    frame = pd.DataFrame({
        "path": names,
        "total_conversions": converts.astype(int),
        "total_conversion_value": values,
        "total_null": 1 - converts.astype(int),
    })
    frame.to_csv(f"{folder}/raw.csv", index=False)
    sums = frame.groupby("path", sort=False, as_index=False).sum()
    sums["total_conversion_value"] = sums["total_conversion_value"].round(2)
    sums.to_csv(f"{folder}/aggregated.csv", index=False)


def measure(file, order):
    import contextlib
    import io
    import resource

    import pandas as pd

    with contextlib.redirect_stdout(io.StringIO()):  # it greets whoever imports it
        from ChannelAttribution import markov_model
        start = time.perf_counter()
        result = markov_model(
            pd.read_csv(file), "path", "total_conversions", var_value="total_conversion_value", var_null="total_null",
            order=order, sep=">", ncore=1, seed=0, verbose=False,
        )
        seconds = time.perf_counter() - start
    print("nanoseconds", seconds * 1e9)
    print("kilobytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    for name, credit in zip(result["channel_name"], result.iloc[:, 1]):
        print(name, credit)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    else:
        measure(sys.argv[2], int(sys.argv[3]))

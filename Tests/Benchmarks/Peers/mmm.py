"""Fits the mix model of `deploy/bench mmm` with PyMC-Marketing and nutpie, four chains of 1,000 + 1,000 draws.

    python mmm.py REFERENCE [pymc]        (packages as in mmm-requirements.txt; `pymc` for PyMC's own sampler)

Prints `ready`, then for each seed that it reads two lines `name seconds ess` and `done`: `fit` with the time from data to
posterior, `sampling` with that of the chains alone, warm-up included, both by the clock on the wall with two cores. The size
is the smallest bulk effective sample size of the fifteen parameters. The first fit compiles and is not measured.
"""
import sys
import time
import warnings

# Libraries show their progress where answers are expected.
answers, sys.stdout = sys.stdout, sys.stderr
warnings.simplefilter("ignore")
import arviz as az  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from pymc_marketing.mmm import GeometricAdstock, LogisticSaturation  # noqa: E402
from pymc_marketing.mmm.multidimensional import MMM  # noqa: E402

az.utils.Numba.disable_numba()
sampler = sys.argv[2] if len(sys.argv) > 2 else "nutpie"
data = pd.read_csv(sys.argv[1] + "/data/mmm/pymc_mmm_example.csv", parse_dates=["date_week"])
parameters = [
    "intercept_contribution", "adstock_alpha", "saturation_lam", "saturation_beta", "gamma_control", "gamma_fourier",
    "y_sigma",
]


def fit(seed, draws):
    start = time.perf_counter()
    model = MMM(
        date_column="date_week", target_column="y", channel_columns=["x1", "x2"],
        control_columns=["event_1", "event_2", "t"], adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(), yearly_seasonality=2)
    found = model.fit(
        X=data.drop(columns="y"), y=data["y"], nuts_sampler=sampler, chains=4, cores=2, draws=draws, tune=draws,
        random_seed=seed, progressbar=False)
    seconds = time.perf_counter() - start
    sizes = az.ess(found.posterior if hasattr(found, "posterior") else found, var_names=parameters, method="bulk")
    size = min(float(np.min(sizes[name].values)) for name in sizes.data_vars)
    return seconds, float(model.idata.posterior.attrs["sampling_time"]), size


fit(1, 50)
print("ready", file=answers, flush=True)
for line in sys.stdin:
    seconds, sampling, size = fit(int(line), 1000)
    print("fit", seconds, size, file=answers, flush=True)
    print("sampling", sampling, size, file=answers, flush=True)
    print("done", file=answers, flush=True)

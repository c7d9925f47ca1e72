"""Writes diagnostics.json: draws, and what ArviZ says of them.

    python diagnostics.py > diagnostics.json        (arviz 0.23.4)
"""
import json
import warnings

import numpy as np

warnings.simplefilter("ignore")
import arviz as az  # noqa: E402

# Its numba path fails with this numpy.
az.utils.Numba.disable_numba()
random = np.random.default_rng(20261121)


def autoregressive(chains, draws, rho, shift=0.0):
    x = np.zeros((chains, draws))
    noise = random.standard_normal((chains, draws))
    x[:, 0] = noise[:, 0]
    for t in range(1, draws):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho * rho) * noise[:, t]
    return x + shift * np.arange(chains)[:, None]


def plain(value):
    """A number as JSON has it: a one-element array is one, and NaN is null."""
    value = float(np.asarray(value).ravel()[0])
    return None if np.isnan(value) else value


cases = {
    "independent": random.standard_normal((4, 100)),
    "sticky": autoregressive(4, 150, 0.9),
    "antithetic": autoregressive(4, 100, -0.6),
    "apart": autoregressive(4, 100, 0.3, shift=0.7),
    "heavy": random.standard_cauchy((4, 100)),
    "odd": autoregressive(3, 101, 0.5),
    "ties": np.round(autoregressive(4, 100, 0.5), 0),
    "small": 1e-4 * autoregressive(2, 100, 0.5) + 1e-3,
    "one chain": autoregressive(1, 120, 0.5),
}
out = []
for name, x in cases.items():
    out.append({
        "name": name, "chains": x.tolist(),
        "rHat": plain(az.rhat(x, method="rank")), "bulk": plain(az.ess(x, method="bulk")),
        "tail": plain(az.ess(x, method="tail")), "mean": plain(az.ess(x, method="mean")),
        "meanError": plain(az.mcse(x, method="mean")), "deviationError": plain(az.mcse(x, method="sd")),
        "quantileErrors": [plain(az.mcse(x, method="quantile", prob=p)) for p in (0.05, 0.5, 0.9)],
        "fractions": [float(v) for v in az.bfmi(x)],
    })
# Leave-one-out of a normal mean: ordinary observations, and one that is far off.
theta = random.normal(0.2, 0.2, (2, 150))
y = np.append(random.normal(0, 1, 6), 8.0)
log_lik = -0.5 * (y[None, None, :] - theta[:, :, None]) ** 2 * np.array([1, 1, 1, 1, 1, 1, 4.0])
idata = az.from_dict(posterior={"theta": theta}, log_likelihood={"y": log_lik})
loo = az.loo(idata, pointwise=True, reff=0.9)
print(json.dumps({
    "made by": "diagnostics.py, arviz " + az.__version__, "cases": out,
    "loo": {"logDensities": log_lik.reshape(-1, len(y)).T.tolist(), "pointwise": loo.loo_i.values.tolist(),
            "shapes": loo.pareto_k.values.tolist(), "sum": float(loo.elpd_loo), "error": float(loo.se),
            "parameters": float(loo.p_loo), "goodShape": float(loo.good_k)},
}))

"""Writes distributions.json: densities, probabilities and quantiles by SciPy.

    python distributions.py > distributions.json        (scipy 1.17.1, mpmath 1.4.1)

SciPy takes upper quantiles of truncated normals from 1 - q and loses half their digits: those are by mpmath.
"""
import json

import mpmath as mp
import numpy as np
import scipy
from scipy import stats

shares = [1e-12, 1e-6, 0.001, 0.05, 0.3, 0.5, 0.8, 0.99, 0.999999]
frozen = {
    ("normal", 0.0, 1.0): stats.norm(),
    ("normal", -3.5, 0.02): stats.norm(-3.5, 0.02),
    ("halfNormal", 1.0): stats.halfnorm(),
    ("halfNormal", 7.5): stats.halfnorm(scale=7.5),
    ("logNormal", 0.0, 1.0): stats.lognorm(1.0),
    ("logNormal", 1.2, 0.3): stats.lognorm(0.3, scale=np.exp(1.2)),
    ("gamma", 1.0, 1.0): stats.gamma(1.0),
    ("gamma", 0.3, 2.0): stats.gamma(0.3, scale=0.5),
    ("gamma", 25.0, 4.0): stats.gamma(25.0, scale=0.25),
    ("beta", 1.0, 3.0): stats.beta(1.0, 3.0),
    ("beta", 0.5, 0.5): stats.beta(0.5, 0.5),
    ("beta", 30.0, 2.5): stats.beta(30.0, 2.5),
    ("laplace", 0.0, 1.0): stats.laplace(),
    ("laplace", 2.0, 0.25): stats.laplace(2.0, 0.25),
    ("exponential", 1.0): stats.expon(),
    ("exponential", 12.0): stats.expon(scale=1 / 12),
    ("uniform", -2.0, 5.0): stats.uniform(-2, 7),
    ("studentT", 1.0, 0.0, 1.0): stats.t(1.0),
    ("studentT", 4.0, 3.0, 0.5): stats.t(4.0, 3.0, 0.5),
    ("studentT", 200.0, -1.0, 2.0): stats.t(200.0, -1.0, 2.0),
    ("truncatedNormal", 0.0, 1.0, -1.0, 2.0): stats.truncnorm(-1, 2),
    ("truncatedNormal", 0.0, 1.0, 6.0, 9.0): stats.truncnorm(6, 9),
    ("truncatedNormal", 0.0, 1.0, -30.0, -6.0): stats.truncnorm(-30, -6),
    ("truncatedNormal", 5.0, 2.0, 0.0, float("inf")): stats.truncnorm(-2.5, np.inf, 5, 2),
}
mp.mp.dps = 40


def truncated_upper_quantile(mean, scale, low, high, share):
    """The number that a truncated normal one exceeds with a given probability."""
    def tail(z):
        return mp.erfc(z / mp.sqrt(2)) / 2

    lower, upper = tail((mp.mpf(low) - mean) / scale), tail((mp.mpf(high) - mean) / scale)
    target = upper + mp.mpf(share) * (lower - upper)
    z = mp.findroot(lambda z: mp.log(tail(z)) - mp.log(target), stats.norm.isf(float(target)))
    return mean + scale * z


entries = []
for (name, *parameters), law in frozen.items():
    for share in shares:
        x = float(law.ppf(share))
        upper = truncated_upper_quantile(*parameters, share) if name == "truncatedNormal" else law.isf(share)
        entries.append({
            "law": name, "parameters": [str(p) for p in parameters], "x": x, "logDensity": float(law.logpdf(x)),
            "cdf": float(law.cdf(x)), "complement": float(law.sf(x)), "p": share, "quantile": x,
            "complementQuantile": float(upper),
        })
weights, points = [0.5, 2.0, 7.0], [[0.1, 0.3, 0.6], [0.01, 0.01, 0.98], [1e-9, 0.5, 0.5 - 1e-9]]
dirichlet = [{"shares": p, "logDensity": float(stats.dirichlet(weights).logpdf(p))} for p in points]
print(json.dumps({"made by": "distributions.py, scipy " + scipy.__version__, "entries": entries,
                  "weights": weights, "dirichlet": dirichlet}, indent=0))

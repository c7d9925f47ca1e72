"""Samples the densities of `deploy/bench numerics` with nutpie, four chains of 1,000 + 1,000 draws on one thread.

    python numerics.py REFERENCE        (nutpie, PyMC and ArviZ as in numerics-requirements.txt)

Compiles all models, prints `ready`, then for each seed that it reads prints a line for each model, `name seconds ess`,
and `done`: the processor time of the chains alone, and the smallest bulk effective sample size of the parameters that
posteriordb has draws of. Neither compilation nor making a sampler nor turning its draws into a data set is in the time.
A name that ends in `+` is sampled with the low-rank metric.
"""
import json
import sys
import time
import warnings

warnings.simplefilter("ignore")
import arviz as az  # noqa: E402
import numpy as np  # noqa: E402
import nutpie  # noqa: E402
import pymc as pm  # noqa: E402
import pytensor.tensor as pt  # noqa: E402

az.utils.Numba.disable_numba()
folder = sys.argv[1] + "/reference/posteriordb/"


def data(name):
    with open(folder + name + ".data.json") as file:
        return {key: np.array(value) for key, value in json.load(file).items()}


def schools():
    d = data("eight_schools")
    z = pm.Normal("z", 0, 1, shape=8)
    mu = pm.Normal("mu", 0, 5)
    tau = pm.HalfCauchy("tau", 5)
    pm.Normal("y", mu + tau * z, d["sigma"], observed=d["y"])


def autoregression():
    d = data("arK")
    order, y = int(d["K"]), d["y"]
    design = np.stack([y[order - k:len(y) - k] for k in range(1, order + 1)], axis=1)
    alpha = pm.Normal("alpha", 0, 10)
    beta = pm.Normal("beta", 0, 10, shape=order)
    sigma = pm.HalfCauchy("sigma", 2.5)
    pm.Normal("y", alpha + design @ beta, sigma, observed=y[order:])


def kid_score():
    d = data("kidiq")
    design = np.stack([np.ones(434), d["mom_hs"], d["mom_iq"], d["mom_hs"] * d["mom_iq"]], axis=1)
    beta = pm.Flat("beta", shape=4)
    sigma = pm.HalfCauchy("sigma", 2.5)
    pm.Normal("y", design @ beta, sigma, observed=d["kid_score"])


def regression():
    d = data("sblrc")
    beta = pm.Normal("beta", 0, 10, shape=5)
    sigma = pm.HalfNormal("sigma", 10)
    pm.Normal("y", d["X"] @ beta, sigma, observed=d["y"])


def mixture():
    y = data("low_dim_gauss_mix")["y"]
    mu = pm.Normal("mu", 0, 2, shape=2, transform=pm.distributions.transforms.ordered, initval=[-1, 1])
    sigma = pm.HalfNormal("sigma", 2, shape=2)
    theta = pm.Beta("theta", 5, 5)
    first = pt.log(theta) + pm.logp(pm.Normal.dist(mu[0], sigma[0]), y)
    second = pt.log1p(-theta) + pm.logp(pm.Normal.dist(mu[1], sigma[1]), y)
    pm.Potential("y", pt.logaddexp(first, second).sum())


def gaussian_process():
    d = data("gp_pois_regr")
    squares = (d["x"][:, None] - d["x"][None, :]) ** 2
    rho = pm.Gamma("rho", 25, 4)
    alpha = pm.HalfNormal("alpha", 2)
    sigma = pm.HalfNormal("sigma", 1)
    covariance = alpha**2 * pt.exp(-squares / (2 * rho**2)) + sigma * pt.eye(11)
    pm.MvNormal("y", np.zeros(11), cov=covariance, observed=d["y"])


def normal(dimension, correlation, contrast):
    def model():
        shares = np.arange(dimension) % 7 / 6
        scales = np.exp((2 * shares - 1) * np.log(contrast))
        x = pm.Flat("x", shape=dimension)
        z = x / scales
        rest = z[1:] - correlation * z[:-1]
        pm.Potential("logp", -0.5 * (z[0] ** 2 + (rest**2).sum() / (1 - correlation**2)))

    return model


builders = {
    "eight_schools-eight_schools_noncentered": schools,
    "arK-arK": autoregression,
    "kidiq-kidscore_interaction": kid_score,
    "sblrc-blr": regression,
    "low_dim_gauss_mix-low_dim_gauss_mix": mixture,
    "gp_pois_regr-gp_regr": gaussian_process,
    "normal-10": normal(10, 0.9, 30.0),
    "normal-50": normal(50, 0.9, 30.0),
    "normal-100": normal(100, 0.9, 30.0),
    "normal-500": normal(500, 0.5, 30.0),
}
compiled = {}
for name, build in builders.items():
    with pm.Model() as model:
        build()
    compiled[name] = nutpie.compile_pymc_model(model, backend="numba")


def reference_parameters(name, posterior):
    if not name.startswith("eight_schools"):
        return posterior
    effects = posterior["mu"] + posterior["tau"] * posterior["z"]
    return posterior.drop_vars("z").assign(theta=effects)


def smallest_size(posterior):
    sizes = az.ess(posterior, method="bulk")
    return min(float(np.min(sizes[name].values)) for name in sizes.data_vars)


def sample(name, model, seed, low_rank):
    sampler = nutpie.sample(
        model, draws=1000, tune=1000, chains=4, cores=1, seed=seed, progress_bar=False, save_warmup=False,
        low_rank_modified_mass_matrix=low_rank, blocking=False)
    # The chains run by now, on a thread that the clock of the process sees; the public way to wait would go on to turn the
    # draws into a data set.
    start = time.process_time()
    sampler._sampler.wait(None)
    seconds = time.process_time() - start
    posterior = reference_parameters(name, sampler.wait().posterior)
    print(name + ("+" if low_rank else ""), seconds, smallest_size(posterior), flush=True)


# The first run of a model loads code: it is not measured.
for name, model in compiled.items():
    nutpie.sample(model, draws=10, tune=50, chains=1, cores=1, seed=1, progress_bar=False)
print("ready", flush=True)
for line in sys.stdin:
    for name, model in compiled.items():
        for low_rank in (False, True):
            sample(name, model, int(line), low_rank)
    print("done", flush=True)

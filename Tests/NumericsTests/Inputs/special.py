"""Writes special.json: values of special functions by mpmath at 40 digits, rounded to doubles.

    python special.py > special.json        (mpmath 1.4.1, scipy 1.17.1 for first guesses of inverses)
"""
import json
import random

import mpmath as mp
from scipy import special as guess

mp.mp.dps = 40
random.seed(20261121)
entries = []


def add(name, arguments, value):
    entries.append({"function": name, "arguments": arguments, "value": float(value)})


def spread(low, high, count):
    """Numbers between two positive ones, even in their logarithms."""
    return [float(low * (high / low) ** random.random()) for _ in range(count)]


def root(function, density, target, start):
    """The x at which a function is a probability, by Newton's method from a good guess."""
    x = mp.mpf(start)
    for _ in range(3):
        x -= (function(x) - target) / density(x)
    assert abs(function(x) / target - 1) < mp.mpf(10) ** -20, (target, start)
    return x


def gamma_density(a):
    return lambda x: mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))


def beta_density(a, b):
    scale = mp.loggamma(mp.mpf(a) + b) - mp.loggamma(a) - mp.loggamma(b)
    return lambda x: mp.exp(scale + (a - 1) * mp.log(x) + (b - 1) * mp.log(1 - x))


for x in spread(1e-8, 1e8, 30) + [0.5, 1, 1.5, 2, 3, 10, 171.5]:
    add("logGamma", [x], mp.loggamma(x))
    add("digamma", [x], mp.digamma(x))
    add("trigamma", [x], mp.psi(1, x))
for a, b in zip(spread(1e-3, 1e6, 30), spread(1e-3, 1e6, 30)):
    add("logBeta", [a, b], mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + mp.mpf(b)))
for x in spread(1e-10, 6, 20):
    add("erf", [x], mp.erf(x))
    add("erfc", [-x], mp.erfc(-x))
    add("normalCDF", [x], mp.ncdf(x))
for x in spread(1e-3, 26, 20):
    add("erfc", [x], mp.erfc(x))
    add("normalCDF", [-x], mp.ncdf(-x))
    add("logNormalCDF", [x], mp.log(mp.ncdf(x)))
for x in spread(1e-3, 1e4, 30):
    add("logNormalCDF", [-x], -mp.mpf(x) ** 2 / 2 + mp.log(mp.erfc(x / mp.sqrt(2)) * mp.exp(mp.mpf(x) ** 2 / 2) / 2))
for p in spread(1e-300, 0.5, 20):
    add("normalQuantile", [p], -mp.sqrt(2) * mp.findroot(lambda z: mp.log(mp.erfc(z) / 2) - mp.log(p), -guess.ndtri(p) / 2**0.5))
for p in spread(1e-10, 0.99, 15):
    add("erfInverse", [p], mp.erfinv(p))
for a in spread(0.01, 2e3, 30):
    x = a * float(mp.mpf(random.gauss(1, 2 / (1 + a**0.5)))) or 1.0
    x = abs(x) + 1e-3 * a
    add("gammaP", [a, x], mp.gammainc(a, 0, x, regularized=True))
    add("gammaQ", [a, x], mp.gammainc(a, x, mp.inf, regularized=True))
for a in spread(0.05, 100, 8):
    for p in (random.random(), 1e-6, 0.999):
        start = guess.gammaincinv(a, p)
        if start < 1e-200:
            continue
        add("gammaPInverse", [a, p], root(lambda x: mp.gammainc(a, 0, x, regularized=True), gamma_density(a), mp.mpf(p), start))
for a, b in zip(spread(0.1, 100, 24), spread(0.1, 100, 24)):
    x = random.betavariate(a, b)
    if not 1e-12 < x < 1 - 1e-12:
        continue
    add("betaI", [a, b, x], mp.betainc(a, b, 0, x, regularized=True))
    add("betaIComplement", [a, b, x], mp.betainc(a, b, x, 1, regularized=True))
    p = random.random()
    start = guess.betaincinv(a, b, p)
    if 1e-6 < start < 1 - 1e-6:
        add("betaIInverse", [a, b, p], root(lambda t: mp.betainc(a, b, 0, t, regularized=True), beta_density(a, b), mp.mpf(p), start))
print(json.dumps({"made by": "special.py, mpmath " + mp.__version__, "entries": entries}, indent=0))

"""Prints the coefficient tables of org.autograd.internal.kernel.compiler, highest power first.

Each is the polynomial of least weighted error, found by the Remez exchange algorithm.
Usage: python3 minimax.py        (needs mpmath)
"""

from mpmath import asin, atan, atanh, cos, digamma, erf, erfc, exp, log, log1p, loggamma, lu_solve, matrix
from mpmath import mp, mpf, nstr, pi, sin, sqrt, tanh

mp.dps = 60


def remez(function, weight, low, high, degree):
    """Returns the p that minimises max |(function - p) * weight|, lowest power first."""
    low, high = mpf(low), mpf(high)
    count = degree + 2

    def chebyshev(size):
        middle, half = (low + high) / 2, (high - low) / 2
        return [middle - half * cos(pi * i / (size - 1)) for i in range(size)]

    nodes = chebyshev(count)
    grid = [(x, function(x), weight(x)) for x in chebyshev(601)]
    for _ in range(30):
        system = matrix(count, count)
        right = matrix(count, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                system[i, j] = x**j
            system[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = function(x)
        solution = lu_solve(system, right)
        p = [solution[j] for j in range(degree + 1)]
        errors = [(f - evaluate(p, x)) * w for x, f, w in grid]
        extrema = []
        for i, error in enumerate(errors):
            if extrema and (error > 0) == (errors[extrema[-1]] > 0):
                if abs(error) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        worst = max(abs(error) for error in errors)
        if len(extrema) < count or worst < abs(solution[degree + 1]) * mpf("1.01"):
            break
        nodes = [grid[i][0] for i in extrema]
    return p, worst


def evaluate(p, x):
    result = mpf(0)
    for coefficient in reversed(p):
        result = result * x + coefficient
    return result


def at_zero(value, function):
    """The function, with its limit at 0, where its formula is 0/0."""
    return lambda x: value if abs(x) < mpf("1e-18") else function(x)


def relative(x):
    return abs(x) + mpf("1e-9")


def exponential(degree):
    """q in e^r = 1 + r + r^2 q(r), up to a little more than log(2) / 2."""
    border = log(2) / 2 * mpf("1.01")
    q = at_zero(mpf(1) / 2, lambda r: (exp(r) - 1 - r) / r**2)
    return remez(q, relative, -border, border, degree)


def hyperbolic_tangent(degree):
    """p in tanh(x) = x + x z p(z), z = x^2, up to x = 0.625."""
    p = at_zero(-mpf(1) / 3, lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z)
    return remez(p, relative, 0, mpf("0.625") ** 2, degree)


def logarithm(degree):
    """p in log(1 + f) = f - f^2 / 2 + f^3 p(f), 1 + f between the roots of 1/2 and 2."""
    p = at_zero(mpf(1) / 3, lambda f: (log1p(f) - f + f * f / 2) / f**3)
    weight = at_zero(mpf("1e-18"), lambda f: abs(f**3 / log1p(f)))
    return remez(p, weight, sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, degree)


def logarithm_of_quotient(degree):
    """p in log(1 + f) = 2 s + s z p(z), s = f / (2 + f), z = s^2."""
    border = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)
    p = at_zero(mpf(2) / 3, lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z)
    return remez(p, relative, 0, border**2, degree)


def logarithm_of_power(degree):
    """p in log(1 + f) = 2 s + s z (2 / 3 + z p(z)), s = f / (2 + f), z = s^2."""
    border = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1) * mpf("1.01")

    def p(z):
        # Near 0 the formula loses too many digits.
        if z < mpf("1e-12"):
            return mpf(2) / 5 + 2 * z / 7
        return ((2 * atanh(sqrt(z)) / sqrt(z) - 2) / z - mpf(2) / 3) / z

    return remez(p, lambda z: abs(z * z) + mpf("1e-9"), 0, border**2, degree)


def sine(degree):
    """p in sin(r) = r + r z p(z), z = r^2, up to a little more than pi / 4."""
    p = at_zero(-mpf(1) / 6, lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z)
    return remez(p, relative, 0, (pi / 4 * mpf("1.01")) ** 2, degree)


def cosine(degree):
    """p in cos(r) = 1 - z / 2 + z^2 p(z), z = r^2, up to a little more than pi / 4."""
    p = at_zero(mpf(1) / 24, lambda z: ((cos(sqrt(z)) - 1) / z + mpf(1) / 2) / z)
    return remez(p, lambda z: z * z + mpf("1e-9"), 0, (pi / 4 * mpf("1.01")) ** 2, degree)


def error_near(degree):
    """p in erf(x) = x + x p(x^2), up to a little more than x = 0.95."""
    p = at_zero(2 / sqrt(pi) - 1, lambda z: erf(sqrt(z)) / sqrt(z) - 1)
    return remez(p, lambda z: mpf(1), 0, mpf("0.96") ** 2, degree)


def error_far(degree, border):
    """p(x) = log(1 - erf(x)); the weight is the influence on erf."""
    return remez(lambda x: log(erfc(x)), erfc, mpf("0.94"), mpf(border), degree)


def error_complement(degree, end):
    """p(t) = erfc(x) e^(x^2) (1 + 2 x), t = (x - 4) / (x + 4), from x = 0 on."""

    def p(t):
        x = 4 * (1 + t) / (1 - t)
        return erfc(x) * exp(x * x) * (1 + 2 * x)

    return remez(p, lambda t: 1 / p(t), -1, (mpf(end) - 4) / (mpf(end) + 4), degree)


def arc_tangent(degree):
    """p in atan(x) = x + x z p(z), z = x^2, up to x = 1."""
    p = at_zero(-mpf(1) / 3, lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z)
    return remez(p, lambda z: relative(z) / (1 + z * p(z)), 0, 1, degree)


def arc_sine(degree):
    """p in asin(x) = x + x z p(z), z = x^2, up to x = 0.5."""
    p = at_zero(mpf(1) / 6, lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z)
    return remez(p, relative, 0, mpf(1) / 4, degree)


def logarithm_of_gamma(degree):
    """p in log(gamma(2 + t)) = t p(t) for |t| <= 1/2."""
    border = mpf("0.501")
    p = at_zero(digamma(mpf(2)), lambda t: loggamma(2 + t) / t)
    return remez(p, lambda t: 1 / abs(p(t)), -border, border, degree)


TABLES = {
    "Exponentials.SINGLE_EXP": lambda: exponential(5),
    "Exponentials.DOUBLE_EXP": lambda: exponential(10),
    "Exponentials.SINGLE_TANH": lambda: hyperbolic_tangent(4),
    "Exponentials.DOUBLE_TANH": lambda: hyperbolic_tangent(11),
    "Logarithms.SINGLE": lambda: logarithm(7),
    "Logarithms.DOUBLE": lambda: logarithm_of_quotient(6),
    "Powers.SINGLE": lambda: logarithm_of_power(2),
    "Powers.DOUBLE": lambda: logarithm_of_power(7),
    "Sines.SINGLE_SINE": lambda: sine(2),
    "Sines.DOUBLE_SINE": lambda: sine(5),
    "Sines.SINGLE_COSINE": lambda: cosine(2),
    "Sines.DOUBLE_COSINE": lambda: cosine(5),
    "ErrorFunctions.SINGLE_NEAR": lambda: error_near(6),
    "ErrorFunctions.DOUBLE_NEAR": lambda: error_near(12),
    "ErrorFunctions.SINGLE_FAR": lambda: error_far(6, 4),
    "ErrorFunctions.DOUBLE_FAR": lambda: error_far(18, 6),
    "ErrorFunctions.SINGLE_COMPLEMENT": lambda: error_complement(10, 11),
    "ErrorFunctions.DOUBLE_COMPLEMENT": lambda: error_complement(21, 28),
    "Arcs.SINGLE_TANGENT": lambda: arc_tangent(8),
    "Arcs.DOUBLE_TANGENT": lambda: arc_tangent(18),
    "Arcs.SINGLE_SINE": lambda: arc_sine(4),
    "Arcs.DOUBLE_SINE": lambda: arc_sine(11),
    "Gammas.SINGLE": lambda: logarithm_of_gamma(8),
    "Gammas.DOUBLE": lambda: logarithm_of_gamma(18),
}

if __name__ == "__main__":
    for name, table in TABLES.items():
        coefficients, worst = table()
        print("%s, error 2^%s" % (name, nstr(log(worst, 2), 4)))
        for k, c in enumerate(reversed(coefficients)):
            print("    %s%s" % (nstr(c, 20, min_fixed=0, max_fixed=0), "," if k < len(coefficients) - 1 else ""))

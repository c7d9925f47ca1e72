// The log density of the mix model of `deploy/bench mmm` and its gradient, as a careful program of C has it: a pass over the
// weeks for each part, loops that the compiler turns into vectors, exponentials by the C library's vector functions.
// Prints `gradient nanoseconds`.
//   mmm CSV SECONDS
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 256, CHANNELS = 2, LAGS = 8, COLUMNS = 7, DIMENSION = 15 };

static int weeks;
static double y[MOST], x[CHANNELS][LAGS + MOST], columns[COLUMNS][MOST];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double most(const double *values) {
    double most = values[0];
    for (int t = 1; t < weeks; t++) most = fmax(most, values[t]);
    return most;
}

// date_week,y,x1,x2,event_1,event_2,dayofyear,t
static void read_data(const char *path) {
    FILE *file = fopen(path, "r");
    char line[1024];
    if (!file || !fgets(line, sizeof line, file)) exit(1);
    while (weeks < MOST && fgets(line, sizeof line, file)) {
        double day, *put = x[0] + LAGS + weeks, *next = x[1] + LAGS + weeks;
        if (sscanf(line, "%*[^,],%lf,%lf,%lf,%lf,%lf,%lf,%lf", y + weeks, put, next, columns[0] + weeks, columns[1] + weeks,
                   &day, columns[2] + weeks) != 7)
            exit(1);
        double phase = 2 * M_PI * day / 365.25;
        columns[3][weeks] = sin(phase), columns[4][weeks] = sin(2 * phase);
        columns[5][weeks] = cos(phase), columns[6][weeks] = cos(2 * phase);
        weeks++;
    }
    fclose(file);
    double greatest = most(y);
    for (int t = 0; t < weeks; t++) y[t] /= greatest;
    for (int c = 0; c < CHANNELS; c++) {
        greatest = most(x[c] + LAGS);
        for (int t = 0; t < weeks; t++) x[c][LAGS + t] /= greatest;
    }
}

// b0, logit a, log lam, log beta, gamma of seven columns, log sigma.
__attribute__((noinline)) static double density(const double *q, double *gradient) {
    static double mean[MOST], carried[CHANNELS][MOST], response[CHANNELS][MOST], slope[MOST];
    double weights[CHANNELS][LAGS], a[CHANNELS], lam[CHANNELS], beta[CHANNELS], total[CHANNELS];
    double sigma = exp(q[14]), result = 0;
    for (int t = 0; t < weeks; t++) mean[t] = q[0];
    for (int c = 0; c < CHANNELS; c++) {
        a[c] = 1 / (1 + exp(-q[1 + c])), lam[c] = exp(q[3 + c]), beta[c] = exp(q[5 + c]);
        double power = 1;
        total[c] = 0;
        for (int l = 0; l < LAGS; l++) weights[c][l] = power, total[c] += power, power *= a[c];
        for (int l = 0; l < LAGS; l++) weights[c][l] /= total[c];
        for (int t = 0; t < weeks; t++) {
            double sum = 0;
            for (int l = 0; l < LAGS; l++) sum += weights[c][l] * x[c][LAGS + t - l];
            carried[c][t] = sum;
        }
        for (int t = 0; t < weeks; t++) {
            double e = exp(-lam[c] * carried[c][t]);
            response[c][t] = (1 - e) / (1 + e);
        }
        for (int t = 0; t < weeks; t++) mean[t] += beta[c] * response[c][t];
    }
    for (int k = 0; k < COLUMNS; k++)
        for (int t = 0; t < weeks; t++) mean[t] += q[7 + k] * columns[k][t];
    double squares = 0, sum = 0;
    for (int t = 0; t < weeks; t++) {
        double rest = (y[t] - mean[t]) / sigma;
        squares += rest * rest, slope[t] = rest / sigma, sum += slope[t];
    }
    result -= 0.5 * squares + weeks * q[14];
    gradient[0] = sum - q[0] / 4;
    gradient[14] = squares - weeks + 1 - sigma * sigma / 4;
    result += q[14] - sigma * sigma / 8 - q[0] * q[0] / 8;
    for (int k = 0; k < COLUMNS; k++) {
        double product = 0;
        for (int t = 0; t < weeks; t++) product += slope[t] * columns[k][t];
        double prior = k < 3 ? -q[7 + k] / 4 : (q[7 + k] > 0 ? -1 : 1);
        gradient[7 + k] = product + prior;
        result += k < 3 ? -q[7 + k] * q[7 + k] / 8 : -fabs(q[7 + k]);
    }
    for (int c = 0; c < CHANNELS; c++) {
        static double pulled[MOST + LAGS];
        double by_beta = 0, by_lam = 0, by_a = 0, factor = beta[c] * lam[c] / 2;
        for (int t = 0; t < weeks; t++) {
            double s = response[c][t], bend = slope[t] * (1 - s * s);
            by_beta += slope[t] * s, by_lam += bend * carried[c][t], pulled[t] = bend * factor;
        }
        double derivative = 0, power = 1;
        for (int l = 1; l < LAGS; l++) derivative += l * power, power *= a[c];
        power = 1;
        for (int l = 0; l < LAGS; l++) {
            double by_weight = 0;
            for (int t = 0; t < weeks; t++) by_weight += pulled[t] * x[c][LAGS + t - l];
            double own = l == 0 ? 0 : l * power;
            by_a += by_weight * (own - weights[c][l] * derivative) / total[c];
            if (l > 0) power *= a[c];
        }
        // Beta(1, 3), Gamma(3, 1), HalfNormal(2), and the logarithms of the Jacobians.
        gradient[1 + c] = by_a * a[c] * (1 - a[c]) + 1 - 4 * a[c];
        gradient[3 + c] = by_lam * beta[c] / 2 * lam[c] + 3 - lam[c];
        gradient[5 + c] = by_beta * beta[c] + 1 - beta[c] * beta[c] / 4;
        result += log(a[c]) + 3 * log(1 - a[c]) + 3 * q[3 + c] - lam[c] + q[5 + c] - beta[c] * beta[c] / 8;
    }
    return result;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    read_data(arguments[1]);
    double q[DIMENSION] = {0.35, -0.4, -1.4, 1.4, 1.1, -1, -1.3, 0.25, 0.33, 0.0006, 0.003, -0.06, 0.06, 0.002, -3.5};
    double gradient[DIMENSION], fastest = 1e300, sink = 0;
    if (count > 3) {  // Differences, for whoever changes it.
        double worst = 0;
        density(q, gradient);
        for (int i = 0; i < DIMENSION; i++) {
            double other[DIMENSION], kept[DIMENSION], step = 1e-6;
            memcpy(kept, q, sizeof q);
            kept[i] += step;
            double above = density(kept, other);
            kept[i] -= 2 * step;
            double below = density(kept, other), difference = (above - below) / (2 * step);
            worst = fmax(worst, fabs(difference - gradient[i]) / (1 + fabs(gradient[i])));
        }
        printf("density %.12g worst %g\n", density(q, gradient), worst);
    }
    for (double end = now() + atof(arguments[2]) * 1e9; now() < end;) {
        double start = now();
        for (int k = 0; k < 200; k++) {
            q[0] = 0.35 + 1e-6 * k;
            sink += density(q, gradient);
        }
        double time = (now() - start) / 200;
        if (time < fastest) fastest = time;
    }
    printf("gradient %g\n", fastest);
    return sink == 1;
}

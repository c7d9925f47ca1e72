// What a plain loop of C does at -O3: prints `operation nanoseconds` for a pass over 1,000 numbers.
//   numerics SECONDS
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COUNT = 1000 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

__attribute__((noinline)) static void vector_exp(const double *x, double *y) {
    for (int i = 0; i < COUNT; i++) y[i] = exp(x[i]);
}

__attribute__((noinline)) static double vector_dot(const double *x, const double *y) {
    double sum = 0;
    for (int i = 0; i < COUNT; i++) sum += x[i] * y[i];
    return sum;
}

// The compiler may not think that memory is as it was before: otherwise one pass would do for all.
static inline void forget(void) { __asm__ volatile("" ::: "memory"); }

int main(int count, char **arguments) {
    double seconds = count > 1 ? atof(arguments[1]) : 0.3;
    static double x[COUNT], y[COUNT];
    for (int i = 0; i < COUNT; i++) x[i] = 20.0 * i / COUNT - 10;
    double fastest_exp = 1e300, fastest_dot = 1e300, sink = 0;
    for (double end = now() + seconds * 1e9; now() < end;) {
        double start = now();
        for (int k = 0; k < 100; k++) {
            vector_exp(x, y);
            forget();
        }
        double middle = now();
        for (int k = 0; k < 100; k++) {
            sink += vector_dot(x, y);
            forget();
        }
        double stop = now();
        sink += y[7];
        if ((middle - start) / 100 < fastest_exp) fastest_exp = (middle - start) / 100;
        if ((stop - middle) / 100 < fastest_dot) fastest_dot = (stop - middle) / 100;
    }
    printf("exp %g\ndot %g\n", fastest_exp, fastest_dot);
    return sink == 1;
}

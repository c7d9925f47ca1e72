/* The floor of `deploy/bench attribution`: reads a file of journeys and credits their channels by an exact Markov chain.
 *
 * attribution FILE ORDER    prints nanoseconds, kilobytes, and the credit of each channel
 *
 * It does only this: at most 15 channels with names of at most 31 bytes, orders 1 to 4, a file without a flaw.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { BITS = 4, MOST = 15, LANES = 16 };

static char names[MOST][32];
static int lengths[MOST], channels, table[256];

static int channel(const char *name, int length) {
    unsigned slot = ((unsigned char)name[0] * 31u + (unsigned char)name[length - 1] * 7u + (unsigned)length) & 255u;
    for (; table[slot]; slot = (slot + 1) & 255u) {
        int id = table[slot] - 1;
        if (lengths[id] == length && !memcmp(names[id], name, (size_t)length)) return id;
    }
    if (channels == MOST || length > 31) exit(3);
    memcpy(names[channels], name, (size_t)length);
    lengths[channels] = length;
    table[slot] = channels + 1;
    return channels++;
}

static double number(const char **at) {
    const char *p = *at;
    uint64_t digits = 0;
    double scale = 1;
    for (; (unsigned)(*p - '0') < 10; p++) digits = digits * 10 + (uint64_t)(*p - '0');
    if (*p == '.') {
        for (p++; (unsigned)(*p - '0') < 10; p++, scale *= 10) digits = digits * 10 + (uint64_t)(*p - '0');
    }
    *at = p;
    return (double)digits / scale;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int order = atoi(argv[2]), file = open(argv[1], O_RDONLY);
    struct stat status;
    if (order < 1 || order > 4 || file < 0 || fstat(file, &status)) return 2;
    const char *text = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (text == MAP_FAILED) return 2;
    const char *p = memchr(text, '\n', (size_t)status.st_size) + 1, *last = text + status.st_size;
    size_t size = (size_t)1 << (BITS * order), mask = size - 1;
    double *steps = calloc(size << BITS, sizeof *steps), *starts = calloc(size, sizeof *starts);
    double *converts = calloc(size, sizeof *converts), *worth = calloc(size, sizeof *worth);
    double *visits = calloc(size, sizeof *visits);
    double total = 0, conversions = 0, value = 0;
    while (p < last) {
        int path[64], count = 0;
        for (;;) {
            const char *name = p;
            while (*p != ' ' && *p != ',') p++;
            path[count++] = channel(name, (int)(p - name));
            if (*p++ == ',') break;
            p += 2; /* "> " */
        }
        double conversion = number(&p);
        p++;
        double sum = number(&p);
        p++;
        double weight = conversion + number(&p);
        p++;
        int first = count < order ? count : order;
        size_t state = 0;
        for (int i = 0; i < first; i++) state = state << BITS | (size_t)(path[i] + 1);
        starts[state] += weight;
        visits[state] += weight;
        for (int i = first; i < count; i++) {
            size_t step = state << BITS | (size_t)(path[i] + 1), next = step & mask;
            if (next == state) continue;
            steps[step] += weight;
            visits[next] += weight;
            state = next;
        }
        converts[state] += conversion;
        worth[state] += sum;
        total += weight, conversions += conversion, value += sum;
    }
    /* All journeys at once, step by step, without each channel in a lane of its own. */
    size_t *ids = malloc(size * sizeof *ids), many = 0, edges = 0;
    int32_t *number_of = malloc(size * sizeof *number_of);
    for (size_t s = 0; s < size; s++) {
        if (visits[s] > 0) number_of[s] = (int32_t)many, ids[many++] = s;
    }
    for (size_t e = 0; e < size << BITS; e++) edges += steps[e] > 0;
    int32_t *from = malloc(edges * sizeof *from), *to = malloc(edges * sizeof *to);
    double *share = malloc(edges * sizeof *share);
    edges = 0;
    for (size_t i = 0; i < many; i++) {
        for (size_t c = 1; c <= (size_t)channels; c++) {
            double weight = steps[ids[i] << BITS | c];
            if (weight == 0) continue;
            from[edges] = (int32_t)i, to[edges] = number_of[(ids[i] << BITS | c) & mask];
            share[edges++] = weight / visits[ids[i]];
        }
    }
    double (*now)[LANES] = calloc(many, sizeof *now), (*next)[LANES] = calloc(many, sizeof *next);
    double (*kept)[LANES] = calloc(many, sizeof *kept), rest[LANES] = {0}, left = 1;
    for (size_t i = 0; i < many; i++) {
        for (int c = 0; c < channels; c++) {
            kept[i][c] = 1;
            for (size_t s = ids[i]; s; s >>= BITS) if ((int)(s & MOST) == c + 1) kept[i][c] = 0;
            now[i][c] = kept[i][c] * starts[ids[i]] / total;
        }
    }
    while (left > 1e-17) {
        memset(next, 0, many * sizeof *next);
        for (size_t i = 0; i < many; i++) {
            double rate = converts[ids[i]] / visits[ids[i]];
            for (int c = 0; c < LANES; c++) rest[c] += now[i][c] * rate;
        }
        for (size_t e = 0; e < edges; e++) {
            for (int c = 0; c < LANES; c++) next[to[e]][c] += now[from[e]][c] * share[e];
        }
        left = 0;
        for (size_t i = 0; i < many; i++) {
            for (int c = 0; c < LANES; c++) left += next[i][c] *= kept[i][c];
        }
        void *swap = now;
        now = next, next = swap;
    }
    double effects = 0;
    for (int c = 0; c < channels; c++) effects += rest[c] = 1 - rest[c] / (conversions / total);
    clock_gettime(CLOCK_MONOTONIC, &end);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("nanoseconds %.0f\n", (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec));
    printf("kilobytes %ld\n", usage.ru_maxrss);
    for (int c = 0; c < channels; c++) printf("%.*s %.12g\n", lengths[c], names[c], conversions * rest[c] / effects);
    return value < 0;
}

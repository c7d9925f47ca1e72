// The codec benchmark's operations by libprotobuf-c, with an allocator that hands out one block.
//   codec-c BATCH JSON SECONDS
// As codec.cc; libprotobuf-c has no JSON, so JSON is not read.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sextant/testing/v1/batch.pb-c.h"

typedef struct {
  unsigned char *block;
  size_t used, size;
} Arena;

static void *arena_alloc(void *data, size_t size) {
  Arena *arena = data;
  size_t start = (arena->used + 15) & ~(size_t)15;
  if (start + size > arena->size) return NULL;
  arena->used = start + size;
  return arena->block + start;
}

static void arena_free(void *data, void *pointer) {
  (void)data;
  (void)pointer;
}

static double checksum(const Sextant__Testing__V1__EventBatch *batch) {
  double total = 0;
  for (size_t i = 0; i < batch->n_events; i++) {
    const Sextant__Testing__V1__Event *event = batch->events[i];
    size_t n = strlen(event->event_id) + strlen(event->anonymous_id) + strlen(event->name) +
               strlen(event->channel) + strlen(event->currency) + event->kind;
    n += event->occurred_at->seconds + event->occurred_at->nanos;
    n += event->received_at->seconds + event->received_at->nanos;
    for (size_t j = 0; j < event->n_attributes; j++) {
      n += strlen(event->attributes[j]->key) + strlen(event->attributes[j]->value);
    }
    total += event->value + (double)n;
  }
  return total;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: codec-c BATCH JSON SECONDS\n");
    return 2;
  }
  FILE *file = fopen(argv[1], "rb");
  if (!file) {
    perror(argv[1]);
    return 1;
  }
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(size), *output = malloc(size + 16);
  Arena arena = {malloc(32 * size), 0, 32 * size};
  if (!bytes || !output || !arena.block || fread(bytes, 1, size, file) != size) return 1;
  fclose(file);
  double span = atof(argv[3]) * 1e9;
  ProtobufCAllocator allocator = {arena_alloc, arena_free, &arena};
  volatile double sink = 0;

  double fastest = 1e18, end = now() + span;
  Sextant__Testing__V1__EventBatch *batch = NULL;
  do {
    arena.used = 0;
    double start = now();
    batch = sextant__testing__v1__event_batch__unpack(&allocator, size, bytes);
    if (!batch) return 1;
    sink += checksum(batch);
    double took = now() - start;
    if (took < fastest) fastest = took;
  } while (now() < end);
  printf("decode %.0f\n", fastest);

  fastest = 1e18;
  end = now() + span;
  do {
    double start = now();
    sink += (double)sextant__testing__v1__event_batch__pack(batch, output);
    double took = now() - start;
    if (took < fastest) fastest = took;
  } while (now() < end);
  printf("encode %.0f\n", fastest);
  return sink == 0;
}

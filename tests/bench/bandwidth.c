/* Reads a large buffer with some threads, as decoding reads weights, and prints gigabytes a second.
 *
 * usage: bandwidth THREADS MEBIBYTES PASSES
 * One line a pass. Plain C, so that the same source is measured on every processor; the compiler vectorises it. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_THREADS = 256, LANES = 64 };

static const uint64_t *buffer;
static size_t words;
static int threads, passes;
static volatile uint64_t sink;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Independent sums, so that no addition waits for the one before it. */
static uint64_t sum(const uint64_t *from, size_t count) {
    uint64_t lanes[LANES] = {0}, total = 0;
    for (size_t i = 0; i + LANES <= count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += from[i + lane];
    for (size_t lane = 0; lane < LANES; lane++) total += lanes[lane];
    return total;
}

typedef struct {
    size_t start, count;
    uint64_t total;
} share;

static void *work(void *argument) {
    share *mine = argument;
    mine->total = sum(buffer + mine->start, mine->count);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: %s THREADS MEBIBYTES PASSES\n", argv[0]), 2;
    threads = atoi(argv[1]);
    passes = atoi(argv[3]);
    words = (size_t)atoi(argv[2]) * 1024 * 1024 / sizeof(uint64_t);
    if (threads < 1 || threads > MOST_THREADS || words < LANES || passes < 1)
        return fprintf(stderr, "%s: numbers out of range\n", argv[0]), 2;
    uint64_t *memory = malloc(words * sizeof(uint64_t));
    if (!memory) return fprintf(stderr, "%s: no memory for the buffer\n", argv[0]), 1;
    memset(memory, 1, words * sizeof(uint64_t));
    buffer = memory;
    for (int pass = 0; pass < passes; pass++) {
        pthread_t ids[MOST_THREADS];
        share shares[MOST_THREADS];
        double began = now();
        for (int i = 0; i < threads; i++) {
            shares[i] = (share){words / threads * i, words / threads, 0};
            if (pthread_create(&ids[i], NULL, work, &shares[i]))
                return fprintf(stderr, "%s: no thread\n", argv[0]), 1;
        }
        for (int i = 0; i < threads; i++) {
            pthread_join(ids[i], NULL);
            sink += shares[i].total;
        }
        printf("%.2f\n", (double)(words / threads * threads) * sizeof(uint64_t) / (now() - began) / 1e9);
    }
    return 0;
}

/*
 * replay.c - runs a fuzz target over its seeds, without a fuzzer: what `make test` does.
 *
 *     decimal_fuzz [directory] [--mutate N] [--seed S]
 *
 * Every file of the directory (default tests/fuzz/<name>, from the name of the program) goes
 * through LLVMFuzzerTestOneInput; then N random mutations of them do. The same seed makes the same
 * mutations. A failure is the target's own (an assertion, a sanitizer): the input that was on its
 * way then is left in the file named by `--keep` (default: <program>.crash).
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEEDS_MAX = 10000, INPUT_MAX = 1 << 20 };

struct input {
    uint8_t *data;
    size_t size;
};

static struct input seeds[SEEDS_MAX];
static size_t seed_count;
static uint64_t random_state = 1;
static struct input current;
static char keep_path[4096];

static uint64_t
next_random(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static size_t
below(size_t bound)
{
    return bound ? (size_t)(next_random() % bound) : 0;
}

/* Writes the input at fault, then dies of the signal as before. */
static void
keep_input(int signal_number)
{
    FILE *file = fopen(keep_path, "wb");
    if (file) {
        fwrite(current.data, 1, current.size, file);
        fclose(file);
    }
    fprintf(stderr, "the input is in %s\n", keep_path);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* A copy of exactly the size, so that a sanitizer sees a read past the end. */
static void
run_one(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) {
        abort();
    }
    if (size) {
        memcpy(copy, data, size);
    }
    current = (struct input){copy, size};
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void
load(const char *directory)
{
    DIR *listing = opendir(directory);
    if (!listing) {
        fprintf(stderr, "%s: %s\n", directory, strerror(errno));
        exit(2);
    }
    struct dirent *entry;
    while ((entry = readdir(listing)) && seed_count < SEEDS_MAX) {
        char path[5000];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] == '.' || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
            continue;
        }
        FILE *file = fopen(path, "rb");
        uint8_t *data = malloc(INPUT_MAX);
        if (!file || !data) {
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
            exit(2);
        }
        size_t size = fread(data, 1, INPUT_MAX, file);
        fclose(file);
        seeds[seed_count++] = (struct input){data, size};
    }
    closedir(listing);
}

static int
by_content(const void *a, const void *b)
{
    const struct input *left = a, *right = b;
    size_t shorter = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->data, right->data, shorter);
    return order ? order : (left->size > right->size) - (left->size < right->size);
}

/* One to eight changes: a bit, a byte, a run taken out, doubled, or brought from another seed. */
static size_t
mutate(uint8_t *buffer, const struct input *seed)
{
    static const uint8_t nasty[] = {0, 1, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', '\n', ',', '-'};
    size_t size = seed->size;
    memcpy(buffer, seed->data, size);
    for (size_t changes = 1 + below(8); changes > 0; changes--) {
        size_t at = below(size), run = 1 + below(size - at < 64 ? size - at : 64);
        const struct input *other = &seeds[below(seed_count)];
        size_t from = below(other->size), width = below(other->size - from) % 64;
        switch (next_random() % 6) {
        case 0:
            if (size) {
                buffer[at] ^= (uint8_t)(1u << below(8));
            }
            break;
        case 1:
            if (size) {
                buffer[at] = (uint8_t)next_random();
            }
            break;
        case 2:
            if (size) {
                buffer[at] = nasty[below(sizeof nasty)];
            }
            break;
        case 3:
            if (size > run) {
                memmove(buffer + at, buffer + at + run, size - at - run);
                size -= run;
            }
            break;
        case 4:
            if (size && at + run <= size && size + run <= INPUT_MAX) {
                memmove(buffer + at + run, buffer + at, size - at);
                size += run;
            }
            break;
        default:
            if (size + width <= INPUT_MAX) {
                memmove(buffer + at + width, buffer + at, size - at);
                memcpy(buffer + at, other->data + from, width);
                size += width;
            }
            break;
        }
    }
    return size;
}

/* tests/fuzz/json for ".../json_fuzz", below $DACHENG_ROOT or the working directory. */
static void
default_directory(const char *program, char *directory, size_t room)
{
    const char *base = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
    const char *end = strstr(base, "_fuzz");
    const char *root = getenv("DACHENG_ROOT");
    snprintf(directory, room, "%s/tests/fuzz/%.*s", root ? root : ".",
             (int)(end ? end - base : (long)strlen(base)), base);
}

int
main(int argc, char **argv)
{
    char directory[4096];
    unsigned long mutations = 0;
    default_directory(argv[0], directory, sizeof directory);
    snprintf(keep_path, sizeof keep_path, "%s.crash", argv[0]);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--mutate") == 0 && i + 1 < argc) {
            mutations = strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            random_state = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--keep") == 0 && i + 1 < argc) {
            snprintf(keep_path, sizeof keep_path, "%s", argv[++i]);
        } else {
            snprintf(directory, sizeof directory, "%s", argv[i]);
        }
    }
    load(directory);
    if (seed_count == 0) {
        fprintf(stderr, "%s has no seeds\n", directory);
        return 2;
    }
    signal(SIGABRT, keep_input);
    signal(SIGSEGV, keep_input);
    /* In an order of their own, so that the same seed makes the same mutations everywhere. */
    qsort(seeds, seed_count, sizeof seeds[0], by_content);
    for (size_t i = 0; i < seed_count; i++) {
        run_one(seeds[i].data, seeds[i].size);
    }
    uint8_t *buffer = malloc(INPUT_MAX + 1);
    if (!buffer) {
        return 2;
    }
    for (unsigned long i = 0; i < mutations; i++) {
        size_t size = mutate(buffer, &seeds[below(seed_count)]);
        run_one(buffer, size);
    }
    free(buffer);
    for (size_t i = 0; i < seed_count; i++) {
        free(seeds[i].data);
    }
    printf("%lu passed, 0 failed\n", (unsigned long)seed_count + mutations);
    return 0;
}

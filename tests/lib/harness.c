/* harness.c - directories, waiting, case files and random numbers of the tests (pg.c: PostgreSQL).
 */
#include "tests/lib/harness.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"

_Noreturn void
dc_test_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("test harness: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(3);
}

void
dc_test_signal(pid_t pid, int signal)
{
    if (pid <= 0) {
        dc_test_die("signal %d for a process that does not run", signal);
    }
    kill(pid, signal);
}

static bool
is_root(const char *path)
{
    char file[4096];
    struct stat info;
    snprintf(file, sizeof file, "%s/proto", path);
    if (stat(file, &info) != 0) {
        return false;
    }
    snprintf(file, sizeof file, "%s/Makefile", path);
    return stat(file, &info) == 0;
}

const char *
dc_test_root(void)
{
    static char root[3000];
    if (*root) {
        return root;
    }
    const char *given = getenv("DACHENG_ROOT");
    if (given) {
        snprintf(root, sizeof root, "%s", given);
    } else if (!getcwd(root, sizeof root)) {
        dc_test_die("the working directory is not known: %s", strerror(errno));
    }
    while (!is_root(root)) {
        char *slash = strrchr(root, '/');
        if (!slash || given) {
            dc_test_die("no repository here; set DACHENG_ROOT");
        }
        *slash = '\0';
    }
    return root;
}

/* --- directories and files ---------------------------------------------------------------------
 */

struct directory {
    struct directory *next;
    pid_t owner; /* a forked child must not remove what is its parent's */
    char path[];
};

static struct directory *directories;

static int
remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static void
remove_directories(void)
{
    while (directories) {
        struct directory *directory = directories;
        directories = directory->next;
        if (directory->owner == getpid()) {
            nftw(directory->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        }
        free(directory);
    }
}

/* exit() is not made for signal handlers; a test that leaves a cluster running is worse. */
static void
leave(int signal_number)
{
    exit(128 + signal_number);
}

const char *
dc_test_tmpdir(void)
{
    static bool prepared;
    if (!prepared) {
        prepared = true;
        atexit(remove_directories);
        signal(SIGINT, leave);
        signal(SIGTERM, leave);
    }
    const char *base = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    struct directory *directory = malloc(sizeof *directory + strlen(base) + 32);
    if (!directory) {
        dc_test_die("out of memory");
    }
    sprintf(directory->path, "%s/dctest-XXXXXX", base);
    if (!mkdtemp(directory->path) || chmod(directory->path, 0755) != 0) {
        dc_test_die("no directory below %s: %s", base, strerror(errno));
    }
    directory->owner = getpid();
    directory->next = directories;
    directories = directory;
    return directory->path;
}

char *
dc_test_read_file(const char *path, size_t *ret_size)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s%s%s", *path == '/' ? "" : dc_test_root(),
             *path == '/' ? "" : "/", path);
    DC_AUTO_FCLOSE FILE *file = fopen(whole, "rb");
    if (!file) {
        dc_test_die("%s: %s", whole, strerror(errno));
    }
    char *data = NULL;
    size_t size = 0, room = 0;
    do {
        room = room ? room * 2 : 65536;
        data = realloc(data, room + 1);
        if (!data) {
            dc_test_die("out of memory");
        }
        size += fread(data + size, 1, room - size, file);
    } while (size == room);
    data[size] = '\0';
    if (ret_size) {
        *ret_size = size;
    }
    return data;
}

void
dc_test_write_file(const char *path, const void *data, size_t size)
{
    DC_AUTO_FCLOSE FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fflush(file) != 0) {
        dc_test_die("%s cannot be written: %s", path, strerror(errno));
    }
}

/* --- waiting -----------------------------------------------------------------------------------
 */

bool
dc_test_wait_until(bool (*condition)(void *), void *context, int deadline_ms)
{
    dc_time end = dc_monotonic() + (dc_time)deadline_ms * DC_MILLISECOND;
    long pause_us = 200;
    while (!condition(context)) {
        if (dc_monotonic() >= end) {
            return condition(context);
        }
        nanosleep(&(struct timespec){.tv_nsec = pause_us * 1000}, NULL);
        pause_us = pause_us < 10000 ? pause_us * 2 : 20000;
    }
    return true;
}

/* --- cases -------------------------------------------------------------------------------------
 */

enum { COLUMNS_MAX = 64 };

static char *
trimmed(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length &&
           (text[length - 1] == ' ' || text[length - 1] == '\t' || text[length - 1] == '\r')) {
        text[--length] = '\0';
    }
    return text;
}

size_t
dc_test_cases(const char *path, dc_test_case_fn *fn, void *context)
{
    DC_AUTO_FREE char *data = dc_test_read_file(path, NULL);
    size_t rows = 0, number = 0;
    char *rest = data, *line;
    while ((line = strsep(&rest, "\n"))) {
        number++;
        line = trimmed(line);
        if (*line == '\0' || *line == '#') {
            continue;
        }
        char *columns[COLUMNS_MAX];
        size_t count = 0;
        char *cell;
        while ((cell = strsep(&line, "|"))) {
            if (count == COLUMNS_MAX) {
                dc_test_die("%s:%zu: too many columns", path, number);
            }
            columns[count++] = trimmed(cell);
        }
        char where[512];
        snprintf(where, sizeof where, "%s:%zu", path, number);
        fn(where, columns, count, context);
        rows++;
    }
    if (rows == 0) {
        dc_test_die("%s has no rows", path);
    }
    return rows;
}

/* --- random numbers ----------------------------------------------------------------------------
 */

uint64_t
dc_test_random(struct dc_test_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t
dc_test_random_below(struct dc_test_random *random, uint64_t bound)
{
    return dc_test_random(random) % bound;
}

uint64_t
dc_test_seed(void)
{
    const char *text = getenv("DC_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

bool
dc_test_is_chinese(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool lead = *c >= 0xE4 && *c <= 0xE9 && (c[1] & 0xC0) == 0x80 && (c[2] & 0xC0) == 0x80;
        if (lead && !(*c == 0xE4 && c[1] < 0xB8)) {
            return true;
        }
    }
    return false;
}

/*
 * harness.h - what unit and service tests share: directories of their own, waiting for a
 * condition, rows of cases, and a PostgreSQL cluster that lives as long as the test.
 *
 * Nothing here returns a failure: a test that cannot have what it asks for ends at once, with a
 * sentence on standard error. Whatever is made here (directories, clusters) goes away when the
 * test program ends, also when an assertion failed or it was interrupted.
 */
#ifndef DC_TESTS_HARNESS_H
#define DC_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Ends the test program with a sentence; for what the test needs and cannot have. */
_Noreturn void dc_test_die(const char *format, ...) DC_PRINTF(1, 2);

/* A signal to a process that this test started; ends the test when there is none (0 would be all of
 * us). */
void dc_test_signal(pid_t pid, int signal);

/* The repository: $DACHENG_ROOT, or the nearest directory above the working directory that holds
 * Makefile and proto/. */
const char *dc_test_root(void);

/* A fresh directory (mode 0755) below $TMPDIR or /tmp; removed with its content at exit. The text
 * lives until then. */
const char *dc_test_tmpdir(void);

/* Whole file, NUL-ended after `ret_size` bytes; from malloc. Relative paths count from the root. */
char *dc_test_read_file(const char *path, size_t *ret_size /* or NULL */);
void dc_test_write_file(const char *path, const void *data, size_t size);

/* Asks again, first often, then every 20 ms, until the condition holds or the deadline passes. */
bool dc_test_wait_until(bool (*condition)(void *), void *context, int deadline_ms);

/*
 * Cases as rows of text: `path` counts from the root ("tests/cases/decimal_round.txt"). Columns
 * are separated by '|' with blanks around them left out; empty lines and lines that begin with
 * '#' are comments. The callback gets one row; `where` ("tests/cases/x.txt:12") is for messages.
 * Returns the number of rows; a file without rows is an error.
 */
typedef void dc_test_case_fn(const char *where, char **columns, size_t count, void *context);
size_t dc_test_cases(const char *path, dc_test_case_fn *fn, void *context);

/* A Chinese character stands in it (U+4E00 to U+9FFF). */
bool dc_test_is_chinese(const char *text);

/* A generator that gives the same numbers for the same seed on every machine (splitmix64). */
struct dc_test_random {
    uint64_t state;
};
uint64_t dc_test_random(struct dc_test_random *random);
/* 0 .. bound-1; bound > 0. */
uint64_t dc_test_random_below(struct dc_test_random *random, uint64_t bound);
/* $DC_TEST_SEED, or 1; so that a failing run can be repeated. */
uint64_t dc_test_seed(void);

/*
 * A PostgreSQL cluster: Unix socket only, in a directory of its own, run as user postgres when the
 * test runs as root, fsync off. start ends when it takes connections (about two seconds). Stopped
 * and removed at exit when the test did not.
 */
struct dc_test_pg;
void dc_test_pg_start(struct dc_test_pg **ret_pg);
/* Connection texts (libpq keywords). They live as long as the cluster. */
const char *dc_test_pg_superuser_dsn(const struct dc_test_pg *pg);
const char *dc_test_pg_dsn(struct dc_test_pg *pg, const char *role, const char *database);
/* Runs SQL text as superuser in "postgres" (several statements separated by ';'). */
void dc_test_pg_exec(struct dc_test_pg *pg, const char *sql);
/* One value as text of a query run as superuser; "" for NULL; from malloc. */
char *dc_test_pg_value(struct dc_test_pg *pg, const char *sql);
/* A login role without any right (NOSUPERUSER NOBYPASSRLS); made once, asking again is nothing. */
void dc_test_pg_role(struct dc_test_pg *pg, const char *role);
/* A schema owned by role "<schema>_owner", to be used by role "<schema>"; makes both. The owner is
 * for migrations, the other for the service. */
void dc_test_pg_schema(struct dc_test_pg *pg, const char *schema);
/* immediate: like a crash (pg_ctl stop -m immediate); otherwise fast. The data stays. */
void dc_test_pg_halt(struct dc_test_pg *pg, bool immediate);
/* After halt, or while it runs: then stops first. */
void dc_test_pg_restart(struct dc_test_pg *pg, bool immediate);
/* Stops and removes. Takes NULL. */
void dc_test_pg_stop(struct dc_test_pg *pg);

#endif

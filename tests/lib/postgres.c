/* postgres.c - a PostgreSQL cluster that lives as long as the test. */
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tests/lib/harness.h"

enum { DSN_MAX = 512, DSNS_MAX = 64 };

struct dc_test_pg {
    struct dc_test_pg *next;
    pid_t owner;
    bool running;
    const char *directory; /* data in <directory>/data, socket in <directory> */
    char superuser_dsn[DSN_MAX];
    char *dsns[DSNS_MAX];
    size_t dsn_count;
};

static struct dc_test_pg *clusters;

static const char *
bin_directory(void)
{
    const char *given = getenv("DACHENG_PG_BIN");
    return given ? given : "/usr/lib/postgresql/15/bin";
}

/* Runs a program of PostgreSQL as user postgres when we are root (which it refuses). By its whole
 * path, by which it finds its neighbours: `arguments` begins with room for it. */
static int
run(const char *log, const char *name, const char **arguments)
{
    char program[1024];
    snprintf(program, sizeof program, "%s/%s", bin_directory(), name);
    arguments[0] = program;
    pid_t child = fork();
    if (child < 0) {
        dc_test_die("fork: %s", strerror(errno));
    }
    if (child == 0) {
        struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
        if (user && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
            _exit(126);
        }
        /* As the user that the server writes it as, too. */
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
        int in = open("/dev/null", O_RDONLY);
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        closefrom(3);
        if (chdir("/") != 0) {
            _exit(126);
        }
        execv(program, (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
paths_of(const struct dc_test_pg *pg, char data[1024], char log[1024])
{
    snprintf(data, 1024, "%s/data", pg->directory);
    snprintf(log, 1024, "%s/log", pg->directory);
}

static void
show_log_and_die(const char *log, const char *what)
{
    fprintf(stderr, "%s:\n%s\n", log, dc_test_read_file(log, NULL));
    dc_test_die("PostgreSQL: %s failed", what);
}

static void
start(struct dc_test_pg *pg)
{
    char data[1024], log[1024], options[2048];
    const char *durable = getenv("DC_TEST_PG_DURABLE"); /* benchmarks say "on" */
    const char *sync = durable ? durable : "off";
    paths_of(pg, data, log);
    snprintf(options, sizeof options,
             "-c listen_addresses='' -c unix_socket_directories=%s -c fsync=%s "
             "-c synchronous_commit=%s -c full_page_writes=%s -c max_connections=100 "
             "-c shared_buffers=64MB -c max_wal_size=256MB -c log_min_messages=warning "
             "-c timezone=UTC -c jit=off -c work_mem=64MB",
             pg->directory, sync, sync, sync);
    if (run(log, "pg_ctl",
            (const char *[]){NULL, "-D", data, "-l", log, "-o", options, "-w", "-t", "60", "start",
                             NULL}) != 0) {
        show_log_and_die(log, "start");
    }
    pg->running = true;
}

void
dc_test_pg_halt(struct dc_test_pg *pg, bool immediate)
{
    char data[1024], log[1024];
    paths_of(pg, data, log);
    if (pg->running &&
        run(log, "pg_ctl",
            (const char *[]){NULL, "-D", data, "-m", immediate ? "immediate" : "fast", "-w", "-t",
                             "60", "stop", NULL}) != 0) {
        show_log_and_die(log, "stop");
    }
    pg->running = false;
}

static void
stop_all(void)
{
    while (clusters) {
        struct dc_test_pg *pg = clusters;
        if (pg->owner != getpid()) {
            clusters = pg->next;
            continue;
        }
        dc_test_pg_stop(pg);
    }
}

void
dc_test_pg_start(struct dc_test_pg **ret_pg)
{
    struct dc_test_pg *pg = calloc(1, sizeof *pg);
    if (!pg) {
        dc_test_die("out of memory");
    }
    pg->directory = dc_test_tmpdir(); /* registers its removal before our stopping, so after it */
    static bool registered;
    if (!registered) {
        atexit(stop_all);
        registered = true;
    }
    struct passwd *user = getpwnam("postgres");
    if (geteuid() == 0 && (!user || chown(pg->directory, user->pw_uid, user->pw_gid) != 0)) {
        dc_test_die("%s cannot be given to user postgres", pg->directory);
    }
    pg->owner = getpid();
    pg->next = clusters;
    clusters = pg;
    char data[1024], log[1024];
    paths_of(pg, data, log);
    if (run(log, "initdb",
            (const char *[]){NULL, "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
                             "--locale=C.UTF-8", NULL}) != 0) {
        show_log_and_die(log, "initdb");
    }
    snprintf(pg->superuser_dsn, sizeof pg->superuser_dsn, "host=%s user=postgres dbname=postgres",
             pg->directory);
    start(pg);
    *ret_pg = pg;
}

const char *
dc_test_pg_superuser_dsn(const struct dc_test_pg *pg)
{
    return pg->superuser_dsn;
}

const char *
dc_test_pg_dsn(struct dc_test_pg *pg, const char *role, const char *database)
{
    char dsn[DSN_MAX];
    snprintf(dsn, sizeof dsn, "host=%s user=%s dbname=%s", pg->directory, role, database);
    for (size_t i = 0; i < pg->dsn_count; i++) {
        if (strcmp(pg->dsns[i], dsn) == 0) {
            return pg->dsns[i];
        }
    }
    if (pg->dsn_count == DSNS_MAX) {
        dc_test_die("too many connection texts");
    }
    return pg->dsns[pg->dsn_count++] = strdup(dsn);
}

static PGresult *
query(struct dc_test_pg *pg, const char *sql)
{
    PGconn *connection = PQconnectdb(pg->superuser_dsn);
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        dc_test_die("%s\n%s", sql, PQerrorMessage(connection));
    }
    PQfinish(connection);
    return result;
}

void
dc_test_pg_exec(struct dc_test_pg *pg, const char *sql)
{
    PQclear(query(pg, sql));
}

char *
dc_test_pg_value(struct dc_test_pg *pg, const char *sql)
{
    PGresult *result = query(pg, sql);
    if (PQntuples(result) != 1 || PQnfields(result) != 1) {
        dc_test_die("%s\nanswers %d rows of %d columns, not one value", sql, PQntuples(result),
                    PQnfields(result));
    }
    char *value = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return value;
}

void
dc_test_pg_role(struct dc_test_pg *pg, const char *role)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') THEN "
             "CREATE ROLE %s LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; "
             "END IF; END $$",
             role, role);
    dc_test_pg_exec(pg, sql);
}

void
dc_test_pg_schema(struct dc_test_pg *pg, const char *schema)
{
    char owner[128], sql[1024];
    snprintf(owner, sizeof owner, "%s_owner", schema);
    dc_test_pg_role(pg, schema);
    dc_test_pg_role(pg, owner);
    snprintf(sql, sizeof sql, "CREATE SCHEMA IF NOT EXISTS %s AUTHORIZATION %s", schema, owner);
    dc_test_pg_exec(pg, sql);
}

void
dc_test_pg_restart(struct dc_test_pg *pg, bool immediate)
{
    dc_test_pg_halt(pg, immediate);
    start(pg);
}

void
dc_test_pg_stop(struct dc_test_pg *pg)
{
    if (!pg) {
        return;
    }
    struct dc_test_pg **at = &clusters;
    while (*at && *at != pg) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = pg->next;
    }
    dc_test_pg_halt(pg, true); /* nothing in it is wanted any more; the directory goes at exit */
    for (size_t i = 0; i < pg->dsn_count; i++) {
        free(pg->dsns[i]);
    }
    free(pg);
}

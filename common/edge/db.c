/* db.c - one connection to PostgreSQL: opening it, preparing its statements, its failures. */
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "edge/db_internal.h"
#include "edge/metrics.h"

/* SQLSTATE -> code: the longest prefix wins; what is not here is INTERNAL.
 * https://www.postgresql.org/docs/15/errcodes-appendix.html */
static const struct {
    const char *prefix;
    enum dc_code code;
} sqlstate_codes[] = {
    {"40", DC_ABORTED},                /* transaction rollback: serialization, deadlock */
    {"55P03", DC_ABORTED},             /* lock not available */
    {"57014", DC_DEADLINE_EXCEEDED},   /* statement timeout, or cancelled */
    {"23505", DC_ALREADY_EXISTS},      /* unique violation */
    {"23P01", DC_ALREADY_EXISTS},      /* exclusion violation */
    {"23503", DC_FAILED_PRECONDITION}, /* foreign key violation */
    {"23514", DC_FAILED_PRECONDITION}, /* check violation */
    {"23502", DC_INVALID_ARGUMENT},    /* not null violation */
    {"42501", DC_PERMISSION_DENIED},   /* insufficient privilege, row-level security */
    {"22003", DC_OUT_OF_RANGE},        /* numeric value out of range */
    {"22008", DC_OUT_OF_RANGE},        /* datetime field overflow */
    {"22", DC_INVALID_ARGUMENT},       /* data exception: bad text, bad encoding */
    {"53", DC_UNAVAILABLE},            /* insufficient resources */
    {"57P", DC_UNAVAILABLE},           /* shutdown, crash, cannot connect now */
    {"25P03", DC_UNAVAILABLE},         /* idle in transaction too long: the session is gone */
    {"25006", DC_UNAVAILABLE},         /* read-only: we reached a standby */
    {"08", DC_UNAVAILABLE},            /* connection exception */
    {"28", DC_UNAVAILABLE},            /* login refused: configuration, not this request */
};

static enum dc_code
code_of_sqlstate(const char *sqlstate)
{
    enum dc_code code = DC_INTERNAL;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof(sqlstate_codes) / sizeof(sqlstate_codes[0]); i++) {
        size_t length = strlen(sqlstate_codes[i].prefix);
        if (length > longest && strncmp(sqlstate, sqlstate_codes[i].prefix, length) == 0) {
            code = sqlstate_codes[i].code;
            longest = length;
        }
    }
    return code;
}

/* By class (the first two characters): 08 connections, 40 and 55 races, 53 resources (53100: the
 * disk is full), 57 stopped, cancelled; the rest are statements that cannot be. */
static struct dc_counter *
failures_of(const char *sqlstate)
{
    char labels[16];
    snprintf(labels, sizeof(labels), "class=\"%.2s\"", sqlstate);
    return dc_counter("dacheng_database_failures_total", labels,
                      "Statements that the database refused or lost, by class of SQLSTATE.");
}


enum dc_code
dc_db_failure(struct dc_db *db, const PGresult *result, struct dc_error *error)
{
    db->failed = true;
    const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    snprintf(db->sqlstate, sizeof(db->sqlstate), "%s", sqlstate ? sqlstate : "08006");
    dc_counter_add(failures_of(db->sqlstate), 1);
    snprintf(db->constraint, sizeof(db->constraint), "%s", constraint ? constraint : "");
    const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!message) {
        message = PQerrorMessage(db->connection);
    }
    size_t length = strlen(message);
    while (length > 0 && message[length - 1] == '\n') {
        length--;
    }
    const char *detail = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
    const char *context = result ? PQresultErrorField(result, PG_DIAG_CONTEXT) : NULL;
    enum dc_code code = PQstatus(db->connection) == CONNECTION_BAD ? DC_UNAVAILABLE
                                                                   : code_of_sqlstate(db->sqlstate);
    return dc_fail(error, code, "%.*s%s%s%s%s%.200s (SQLSTATE %s)", (int)length, message,
                   detail ? ": " : "", detail ? detail : "", context ? "; " : "",
                   context && code == DC_INTERNAL ? "in " : "",
                   context && code == DC_INTERNAL ? context : "", db->sqlstate);
}

/* Options that a connection text may still override: a dead server is noticed in seconds (and a
 * dead client's locks fall free as fast: tcp_* below), and of several hosts the primary is taken.
 */
static const char *const default_keywords[] = {"connect_timeout",     "keepalives_idle",
                                               "keepalives_interval", "keepalives_count",
                                               "tcp_user_timeout",    "target_session_attrs"};
static const char *const default_values[] = {"5", "5", "2", "3", "15000", "read-write"};
enum { DEFAULT_COUNT = sizeof(default_keywords) / sizeof(default_keywords[0]) };

/* UTC, so that texts made by the server do not depend on where it runs; dacheng.tenant, so that
 * row-level security finds a tenant (none) outside transactions too. */
static const char session_sql[] =
    "SET TimeZone = 'UTC'; SET client_min_messages = 'warning'; SET jit = off;"
    "SET dacheng.tenant = '0'; SET idle_in_transaction_session_timeout = '5min';"
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3";

static void
ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* Keeps what the server inferred of the parameters, and refuses columns that could not be read. */
static enum dc_code
check_statement(struct dc_prepared *prepared, const PGresult *description, struct dc_error *error)
{
    prepared->param_count = PQnparams(description);
    free(prepared->param_types);
    prepared->param_types = calloc((size_t)prepared->param_count + 1, sizeof(Oid));
    DC_ASSERT(prepared->param_types && prepared->param_count <= DC_DB_PARAMS_MAX);
    for (int i = 0; i < prepared->param_count; i++) {
        prepared->param_types[i] = PQparamtype(description, i);
    }
    for (int i = 0; i < PQnfields(description); i++) {
        if (!dc_oid_is_readable(PQftype(description, i))) {
            return dc_fail(error, DC_INTERNAL,
                           "statement %s: column %s has a type that is not read here (oid %u); "
                           "cast it",
                           prepared->statement->name, PQfname(description, i),
                           PQftype(description, i));
        }
    }
    return DC_OK;
}

/* Two results a statement (parse, describe), each followed by a NULL. */
static enum dc_code
read_prepared(struct dc_db *db, struct dc_prepared *prepared, struct dc_error *error)
{
    enum dc_code code = DC_OK;
    for (int step = 0; step < 2; step++) {
        PGresult *result = PQgetResult(db->connection);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            if (code == DC_OK && PQresultStatus(result) != PGRES_PIPELINE_ABORTED) {
                struct dc_error cause;
                code = dc_db_failure(db, result, &cause);
                /* A statement that does not parse is wrong, whoever is to blame by its class. */
                code = code == DC_UNAVAILABLE ? code : DC_INTERNAL;
                dc_fail(error, code, "statement %s: %s", prepared->statement->name, cause.message);
            }
        } else if (step == 1 && code == DC_OK) {
            code = check_statement(prepared, result, error);
        }
        PQclear(result);
        if (!result) {
            return code != DC_OK ? code : dc_db_failure(db, NULL, error);
        }
        PQclear(PQgetResult(db->connection)); /* the NULL behind it */
    }
    return code;
}

/* All statements in one round trip. */
static enum dc_code
prepare_all(struct dc_db *db, struct dc_error *error)
{
    if (db->prepared_count == 0) {
        return DC_OK;
    }
    if (!PQenterPipelineMode(db->connection)) {
        return dc_db_failure(db, NULL, error);
    }
    for (size_t i = 0; i < db->prepared_count; i++) {
        struct dc_prepared *prepared = &db->prepared[i];
        if (!PQsendPrepare(db->connection, prepared->name, prepared->statement->sql, 0, NULL) ||
            !PQsendDescribePrepared(db->connection, prepared->name)) {
            return dc_db_failure(db, NULL, error);
        }
    }
    if (!PQpipelineSync(db->connection)) {
        return dc_db_failure(db, NULL, error);
    }
    enum dc_code code = DC_OK;
    for (size_t i = 0; i < db->prepared_count && PQstatus(db->connection) == CONNECTION_OK; i++) {
        enum dc_code each = read_prepared(db, &db->prepared[i], code == DC_OK ? error : NULL);
        code = code == DC_OK ? each : code;
    }
    PGresult *sync = PQgetResult(db->connection);
    if (code == DC_OK && PQresultStatus(sync) != PGRES_PIPELINE_SYNC) {
        code = dc_db_failure(db, NULL, error);
    }
    PQclear(sync);
    if (code == DC_OK && !PQexitPipelineMode(db->connection)) {
        code = dc_db_failure(db, NULL, error);
    }
    return code;
}

static enum dc_code
connect_now(struct dc_db *db, struct dc_error *error)
{
    const char *keywords[DEFAULT_COUNT + 4], *values[DEFAULT_COUNT + 4];
    size_t n = 0;
    for (; n < DEFAULT_COUNT; n++) {
        keywords[n] = default_keywords[n];
        values[n] = default_values[n];
    }
    keywords[n] = "dbname", values[n++] = db->dsn;
    keywords[n] = "application_name", values[n++] = db->application_name;
    keywords[n] = "client_encoding", values[n++] = "UTF8";
    keywords[n] = NULL, values[n] = NULL;
    PQfinish(db->connection);
    db->begin_pending = db->failed = db->copying = db->commit_unread = false;
    dc_db_session_begins(db);
    db->connection = PQconnectdbParams(keywords, values, 1);
    DC_ASSERT(db->connection);
    if (PQstatus(db->connection) != CONNECTION_OK) {
        return dc_db_failure(db, NULL, error);
    }
    PQsetNoticeReceiver(db->connection, ignore_notice, NULL);
    enum dc_code code = dc_db_exec(db, session_sql, error);
    if (code == DC_OK) {
        code = prepare_all(db, error);
    }
    if (code != DC_OK) { /* half prepared is not usable; is_broken says so */
        PQfinish(db->connection);
        db->connection = NULL;
    }
    db->failed = false;
    return code;
}

/* Begin, and the settings of a transaction, are statements of our own beside the caller's. */
static const struct dc_statement own_statements[] = {
    {"begin", "BEGIN"},
    {"begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    {"settings", "SELECT set_config('dacheng.tenant', $1::text, false),"
                 " set_config('statement_timeout', $2::text, false)"},
    {"commit", "COMMIT"},
    {NULL, NULL},
};

const struct dc_statement *
dc_db_own_statement(enum dc_db_own which)
{
    return &own_statements[which];
}

static void
count_statements(struct dc_db *db, const struct dc_statement *const *lists)
{
    size_t tables = 1;
    for (size_t i = 0; lists && lists[i]; i++) {
        tables++;
    }
    db->tables = calloc(tables, sizeof(*db->tables));
    DC_ASSERT(db->tables);
    for (size_t i = 0; i < tables; i++) {
        const struct dc_statement *list = i == 0 ? own_statements : lists[i - 1];
        size_t count = 0;
        while (list[count].name) {
            count++;
        }
        db->tables[i] = (struct dc_statement_table){list, count, db->prepared_count};
        db->prepared_count += count;
    }
    db->table_count = tables;
    db->prepared = calloc(db->prepared_count, sizeof(*db->prepared));
    DC_ASSERT(db->prepared);
    for (size_t t = 0; t < tables; t++) {
        for (size_t i = 0; i < db->tables[t].count; i++) {
            struct dc_prepared *prepared = &db->prepared[db->tables[t].offset + i];
            prepared->statement = db->tables[t].first + i;
            snprintf(prepared->name, sizeof(prepared->name), "t%zu_%zu", t, i);
        }
    }
}

enum dc_code
dc_db_open(struct dc_db **ret_db, const char *dsn, const char *application_name,
           const struct dc_statement *const *lists, struct dc_error *error)
{
    (void)failures_of("53"); /* shown from the start: 0 is an answer */
    DC_ASSERT(ret_db && dsn && application_name);
    DC_AUTO(dc_db) struct dc_db *db = calloc(1, sizeof(*db));
    DC_ASSERT(db);
    db->tag = DC_DB_TAG;
    db->dsn = strdup(dsn);
    db->application_name = strdup(application_name);
    DC_ASSERT(db->dsn && db->application_name);
    count_statements(db, lists);
    DC_TRY(connect_now(db, error));
    *ret_db = DC_TAKE(db);
    return DC_OK;
}

void
dc_db_free(struct dc_db *db)
{
    if (!db) {
        return;
    }
    DC_ASSERT(db->tag == DC_DB_TAG);
    PQfinish(db->connection);
    for (size_t i = 0; i < db->prepared_count; i++) {
        free(db->prepared[i].param_types);
    }
    free(db->prepared);
    free(db->tables);
    free(db->dsn);
    free(db->application_name);
    dc_text_release(&db->buffer);
    db->tag = 0;
    free(db);
}

enum dc_code
dc_db_reconnect(struct dc_db *db, struct dc_error *error)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG);
    return connect_now(db, error);
}

bool
dc_db_is_broken(const struct dc_db *db)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG);
    return PQstatus(db->connection) != CONNECTION_OK;
}

const char *
dc_db_sqlstate(const struct dc_db *db)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG);
    return db->sqlstate;
}

const char *
dc_db_constraint(const struct dc_db *db)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG);
    return db->constraint;
}

static void
add_keyword(struct dc_text *dsn, const char *keyword, const char *value)
{
    dc_text_printf(dsn, "%s%s='", dsn->length > 0 ? " " : "", keyword);
    for (const char *c = value; *c; c++) {
        if (*c == '\'' || *c == '\\') {
            dc_text_add(dsn, "\\");
        }
        dc_text_append(dsn, c, 1);
    }
    dc_text_add(dsn, "'");
}

static enum dc_code
parse_dsn(const char *dsn, PQconninfoOption **ret_options, struct dc_error *error)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(dsn, &message);
    if (!options) {
        enum dc_code code =
            dc_fail(error, DC_INVALID_ARGUMENT, "the connection text is not valid: %s",
                    message ? message : DC_WORDS("no memory"));
        PQfreemem(message);
        return code;
    }
    *ret_options = options;
    return DC_OK;
}

enum dc_code
dc_db_dsn_with(const char *dsn, const char *password, const char *search_path,
               struct dc_text *ret_dsn, struct dc_error *error)
{
    DC_ASSERT(dsn && ret_dsn);
    PQconninfoOption *options;
    DC_TRY(parse_dsn(dsn, &options, error));
    dc_text_clear(ret_dsn);
    DC_AUTO_TEXT struct dc_text session = DC_TEXT_INIT;
    for (PQconninfoOption *option = options; option->keyword; option++) {
        bool replaced = password && strcmp(option->keyword, "password") == 0;
        if (!option->val || replaced) {
            continue;
        }
        if (search_path && strcmp(option->keyword, "options") == 0) {
            dc_text_printf(&session, "%s ", option->val);
            continue;
        }
        add_keyword(ret_dsn, option->keyword, option->val);
    }
    PQconninfoFree(options);
    if (password) {
        add_keyword(ret_dsn, "password", password);
    }
    if (search_path) {
        dc_text_printf(&session, "-c search_path=%s", search_path);
        add_keyword(ret_dsn, "options", dc_text_cstr(&session));
    }
    return DC_OK;
}

enum dc_code
dc_db_dsn_user(const char *dsn, struct dc_text *ret_user, struct dc_error *error)
{
    DC_ASSERT(dsn && ret_user);
    PQconninfoOption *options;
    DC_TRY(parse_dsn(dsn, &options, error));
    dc_text_clear(ret_user);
    for (PQconninfoOption *option = options; option->keyword; option++) {
        if (strcmp(option->keyword, "user") == 0 && option->val) {
            dc_text_add(ret_user, option->val);
        }
    }
    PQconninfoFree(options);
    return DC_OK;
}

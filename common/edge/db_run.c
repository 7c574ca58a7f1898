/* db_run.c - running prepared statements and transactions. A pending BEGIN and a final COMMIT
 * travel with the statement beside them, as a pipeline of one round trip. */
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#include "base/assert.h"
#include "edge/db_internal.h"
#include "edge/metrics.h"

static const struct dc_prepared *
find_prepared(const struct dc_db *db, const struct dc_statement *statement)
{
    for (size_t i = 0; i < db->table_count; i++) {
        const struct dc_statement_table *table = &db->tables[i];
        if (statement >= table->first && statement < table->first + table->count) {
            return &db->prepared[table->offset + (size_t)(statement - table->first)];
        }
    }
    DC_ASSERT(!"a statement of the tables that this connection was opened with");
    return NULL;
}

/* Sends one prepared statement; the answer is still to be read. */
static bool
send(struct dc_db *db, const struct dc_statement *statement, const struct dc_param *params,
     size_t count)
{
    const struct dc_prepared *prepared = find_prepared(db, statement);
    DC_ASSERT((size_t)prepared->param_count == count);
    struct dc_encoded encoded;
    dc_params_encode(params, count, prepared->param_types, &db->buffer, &encoded);
    bool sent = PQsendQueryPrepared(db->connection, prepared->name, (int)count, encoded.values,
                                    encoded.lengths, encoded.formats, 1) == 1;
    if (db->buffer.capacity > 1 << 20) { /* a large batch must not stay with an idle connection */
        dc_text_release(&db->buffer);
    }
    return sent;
}

/* --- the session's settings ---------------------------------------------------------------------
 * They are kept over transactions: most follow one another for the same tenant, with as much time.
 */
enum { TIMEOUT_STEP_MS = 1000 }; /* rounded up, so that it is the same one most of the time */

static int64_t
rounded_timeout(int64_t timeout_ms)
{
    return (timeout_ms + TIMEOUT_STEP_MS - 1) / TIMEOUT_STEP_MS * TIMEOUT_STEP_MS;
}

void
dc_db_session_begins(struct dc_db *db)
{
    db->session_known = true;
    db->session_tenant = db->session_timeout_ms = 0;
}

static bool
session_has(const struct dc_db *db, int64_t tenant_id, int64_t timeout_ms)
{
    return db->session_known && db->session_tenant == tenant_id &&
           db->session_timeout_ms == timeout_ms;
}

/* Sends them; the answer is still to be read. */
static bool
send_settings(struct dc_db *db, int64_t tenant_id, int64_t timeout_ms)
{
    char tenant[24], timeout[24];
    snprintf(tenant, sizeof(tenant), "%lld", (long long)tenant_id);
    snprintf(timeout, sizeof(timeout), "%lld", (long long)timeout_ms);
    struct dc_param settings[] = {dc_p_text(tenant), dc_p_text(timeout)};
    db->session_known = db->session_told = true;
    db->session_tenant = tenant_id;
    db->session_timeout_ms = timeout_ms;
    return send(db, dc_db_own_statement(DC_DB_SETTINGS), settings, 2);
}

/* Answers how many commands were sent. */
static int
send_begin(struct dc_db *db, bool *sent)
{
    int64_t timeout_ms = rounded_timeout(db->begin_timeout_ms);
    *sent = send(db, dc_db_own_statement(db->begin_read_only ? DC_DB_BEGIN_READ : DC_DB_BEGIN),
                 NULL, 0);
    if (!*sent || session_has(db, db->begin_tenant, timeout_ms)) {
        db->session_told = false;
        return 1;
    }
    *sent = send_settings(db, db->begin_tenant, timeout_ms);
    return 2;
}

static bool
is_success(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Takes the answer of one command; keeps its result, good or bad, when it is wanted. */
static enum dc_code
read_one(struct dc_db *db, PGresult **ret_result, struct dc_error *error)
{
    PGresult *result = PQgetResult(db->connection);
    if (!result) {
        return dc_db_failure(db, NULL, error);
    }
    enum dc_code code = DC_OK;
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
        code = DC_ABORTED; /* because of the failure before it, which is the one that is told */
    } else if (!is_success(result)) {
        code = dc_db_failure(db, result, error);
    }
    if (ret_result) {
        *ret_result = result;
    } else {
        PQclear(result);
    }
    /* The NULL that ends the command; before it stands what a commit of its own had to say. */
    while ((result = PQgetResult(db->connection))) {
        if (code == DC_OK && !is_success(result)) {
            code = dc_db_failure(db, result, error);
        }
        PQclear(result);
    }
    return code;
}

static enum dc_code
end_pipeline(struct dc_db *db, struct dc_error *error)
{
    PGresult *sync = PQgetResult(db->connection);
    bool good = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    if (!good || !PQexitPipelineMode(db->connection)) {
        return dc_db_failure(db, NULL, error);
    }
    return DC_OK;
}

/* [BEGIN, settings,] statement [, COMMIT]. statement NULL: begin alone. */
static enum dc_code
run_pipeline(struct dc_db *db, const struct dc_statement *statement, const struct dc_param *params,
             size_t count, bool commit, PGresult **ret_result, struct dc_error *error)
{
    if (!PQenterPipelineMode(db->connection)) {
        return dc_db_failure(db, NULL, error);
    }
    bool sent = true;
    int before = 0;
    if (db->begin_pending) {
        before = send_begin(db, &sent);
        db->begin_pending = false;
    }
    sent = sent && (!statement || send(db, statement, params, count));
    sent = sent && (!commit || send(db, dc_db_own_statement(DC_DB_COMMIT), NULL, 0));
    if (!sent || !PQpipelineSync(db->connection)) {
        return dc_db_failure(db, NULL, error);
    }
    enum dc_code code = DC_OK;
    PGresult *wanted = NULL;
    int total = before + (statement ? 1 : 0) + (commit ? 1 : 0);
    for (int i = 0; i < total && PQstatus(db->connection) == CONNECTION_OK; i++) {
        PGresult **keep = statement && i == before ? &wanted : NULL;
        enum dc_code each = read_one(db, keep, code == DC_OK ? error : NULL);
        code = code == DC_OK ? each : code;
    }
    enum dc_code ended = end_pipeline(db, code == DC_OK ? error : NULL);
    code = code == DC_OK ? ended : code;
    if (code == DC_OK && ret_result) {
        *ret_result = wanted;
    } else {
        PQclear(wanted);
    }
    return code;
}

/* What a reading transaction's end had to say: it changed nothing, so nothing was lost by it,
 * except what it had told the session. */
void
dc_db_take_commit(struct dc_db *db)
{
    if (db->commit_unread) {
        db->commit_unread = false;
        PGresult *result;
        while ((result = PQgetResult(db->connection))) {
            db->session_known = db->session_known && is_success(result);
            PQclear(result);
        }
    }
}

static enum dc_code
refuse_if_unusable(struct dc_db *db, struct dc_error *error)
{
    DC_ASSERT(!db->copying);
    dc_db_take_commit(db);
    if (dc_db_is_broken(db)) {
        return dc_fail(error, DC_UNAVAILABLE, "the connection to the database is lost");
    }
    if (db->failed && dc_db_in_transaction(db)) {
        return dc_fail(error, DC_INTERNAL, "the transaction has failed and is to be rolled back");
    }
    return DC_OK;
}

/* A failure outside a transaction leaves nothing to be rolled back. */
static enum dc_code
settle(struct dc_db *db, enum dc_code code)
{
    if (code != DC_OK && db->session_told) {
        db->session_known = false;
    }
    if (code != DC_OK && !dc_db_is_broken(db) && !dc_db_in_transaction(db)) {
        db->failed = false;
    }
    return code;
}

static struct dc_rows *
rows_new(PGresult *result)
{
    struct dc_rows *rows = calloc(1, sizeof(*rows));
    DC_ASSERT(rows);
    rows->result = result;
    return rows;
}

/* From sending a statement to its answer, with what travels beside it. */
static void
observe(int64_t began)
{
    static _Atomic(struct dc_histogram *) seconds;
    struct dc_histogram *histogram = atomic_load_explicit(&seconds, memory_order_acquire);
    if (!histogram) {
        histogram = dc_histogram("dacheng_database_statement_seconds", "",
                                 "Round trips to the database.");
        atomic_store_explicit(&seconds, histogram, memory_order_release);
    }
    dc_histogram_observe(histogram, dc_monotonic() - began);
}

/* Outside transactions there is no tenant and no timeout. */
static enum dc_code
leave_tenant(struct dc_db *db, struct dc_error *error)
{
    if (dc_db_in_transaction(db) || session_has(db, 0, 0)) {
        return DC_OK;
    }
    return settle(db, send_settings(db, 0, 0) ? read_one(db, NULL, error)
                                              : dc_db_failure(db, NULL, error));
}

enum dc_code
dc_db_run_(struct dc_db *db, const struct dc_statement *statement, const struct dc_param *params,
           size_t count, struct dc_rows **ret_rows, struct dc_error *error)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG && statement);
    DC_TRY(refuse_if_unusable(db, error));
    DC_TRY(leave_tenant(db, error));
    PGresult *result = NULL;
    enum dc_code code;
    int64_t began = dc_monotonic();
    if (db->begin_pending) {
        code = run_pipeline(db, statement, params, count, false, &result, error);
    } else {
        code = send(db, statement, params, count) ? read_one(db, &result, error)
                                                  : dc_db_failure(db, NULL, error);
    }
    observe(began);
    if (code != DC_OK) {
        PQclear(result);
        return settle(db, code);
    }
    if (ret_rows) {
        *ret_rows = rows_new(result);
    } else {
        PQclear(result);
    }
    return DC_OK;
}

enum dc_code
dc_db_run_commit_(struct dc_db *db, const struct dc_statement *statement,
                  const struct dc_param *params, size_t count, struct dc_error *error)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG && statement && dc_db_in_transaction(db));
    DC_TRY(refuse_if_unusable(db, error));
    int64_t began = dc_monotonic();
    enum dc_code code = run_pipeline(db, statement, params, count, true, NULL, error);
    observe(began);
    return settle(db, code);
}

/* Cancels what still runs and reads the answer to its end, so that the connection is usable. */
static void
stop_early(struct dc_db *db)
{
    char ignored[64];
    PGcancel *cancel = PQgetCancel(db->connection);
    if (cancel) {
        (void)PQcancel(cancel, ignored, sizeof(ignored));
        PQfreeCancel(cancel);
    }
    PGresult *result;
    while ((result = PQgetResult(db->connection))) {
        PQclear(result);
    }
}

enum dc_code
dc_db_each(struct dc_db *db, const struct dc_statement *statement, const struct dc_param *params,
           size_t count, dc_row_fn *fn, void *context, struct dc_error *error)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG && statement && fn);
    DC_TRY(refuse_if_unusable(db, error));
    DC_TRY(dc_db_begin_now(db, error));
    if (!send(db, statement, params, count) || !PQsetSingleRowMode(db->connection)) {
        return settle(db, dc_db_failure(db, NULL, error));
    }
    enum dc_code code = DC_OK;
    PGresult *result;
    while (code == DC_OK && (result = PQgetResult(db->connection))) {
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
            struct dc_rows row = {.result = result};
            code = fn(context, &row, error);
            dc_arena_free(row.arena);
        } else if (!is_success(result)) {
            code = dc_db_failure(db, result, error);
        }
        PQclear(result);
    }
    if (code != DC_OK) {
        db->failed = true;
        stop_early(db);
    }
    return settle(db, code);
}

enum dc_code
dc_db_exec(struct dc_db *db, const char *sql, struct dc_error *error)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG && sql);
    DC_TRY(refuse_if_unusable(db, error));
    DC_TRY(leave_tenant(db, error));
    DC_TRY(dc_db_begin_now(db, error));
    PGresult *result = PQexec(db->connection, sql);
    enum dc_code code = is_success(result) ? DC_OK : dc_db_failure(db, result, error);
    PQclear(result);
    return settle(db, code);
}

/* --- transactions -------------------------------------------------------------------------------
 */
static enum dc_code
begin(struct dc_db *db, bool read_only, int64_t tenant_id, int64_t timeout_ms,
      struct dc_error *error)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG && !dc_db_in_transaction(db));
    DC_ASSERT(tenant_id >= 0 && timeout_ms >= 0);
    db->failed = false;
    DC_TRY(refuse_if_unusable(db, error));
    db->begin_pending = true;
    db->begin_read_only = read_only;
    db->begin_tenant = tenant_id;
    db->begin_timeout_ms = timeout_ms;
    return DC_OK;
}

enum dc_code
dc_db_begin(struct dc_db *db, int64_t tenant_id, int64_t timeout_ms, struct dc_error *error)
{
    return begin(db, false, tenant_id, timeout_ms, error);
}

enum dc_code
dc_db_begin_read(struct dc_db *db, int64_t tenant_id, int64_t timeout_ms, struct dc_error *error)
{
    return begin(db, true, tenant_id, timeout_ms, error);
}

enum dc_code
dc_db_begin_now(struct dc_db *db, struct dc_error *error)
{
    if (!db->begin_pending) {
        return DC_OK;
    }
    return settle(db, run_pipeline(db, NULL, NULL, 0, false, NULL, error));
}

enum dc_code
dc_db_set_tenant(struct dc_db *db, int64_t tenant_id, struct dc_error *error)
{
    DC_ASSERT(db && dc_db_in_transaction(db) && tenant_id >= 0);
    if (db->begin_pending) {
        db->begin_tenant = tenant_id;
        return DC_OK;
    }
    if (db->begin_tenant == tenant_id) {
        return DC_OK;
    }
    char sql[64];
    snprintf(sql, sizeof(sql), "SET LOCAL dacheng.tenant = '%lld'", (long long)tenant_id);
    DC_TRY(dc_db_exec(db, sql, error));
    db->begin_tenant = tenant_id;
    return DC_OK;
}

enum dc_code
dc_db_commit(struct dc_db *db, struct dc_error *error)
{
    DC_ASSERT(db && dc_db_in_transaction(db));
    if (db->begin_pending) { /* nothing was done in it */
        db->begin_pending = false;
        return DC_OK;
    }
    if (db->begin_read_only && !db->failed && !dc_db_is_broken(db)) {
        /* Nobody waits for the end of what only read. */
        db->commit_unread = send(db, dc_db_own_statement(DC_DB_COMMIT), NULL, 0);
        return db->commit_unread ? DC_OK : settle(db, dc_db_failure(db, NULL, error));
    }
    return dc_db_run(db, dc_db_own_statement(DC_DB_COMMIT), NULL, error);
}

void
dc_db_rollback(struct dc_db *db)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG && !db->copying);
    dc_db_take_commit(db);
    db->begin_pending = false;
    db->failed = false;
    if (dc_db_is_broken(db) || PQtransactionStatus(db->connection) == PQTRANS_IDLE) {
        return;
    }
    if (db->session_told) {
        db->session_known = false;
    }
    PGresult *result = PQexec(db->connection, "ROLLBACK");
    PQclear(result); /* when it fails the connection is lost, and the transaction with it */
}

bool
dc_db_is_alive(struct dc_db *db)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG);
    if (dc_db_is_broken(db)) {
        return false;
    }
    /* The server speaks unasked mostly to say goodbye: its words first, then the end. */
    struct pollfd readable = {.fd = PQsocket(db->connection), .events = POLLIN};
    for (int i = 0; i < 4 && !dc_db_is_broken(db) && poll(&readable, 1, 0) == 1; i++) {
        (void)PQconsumeInput(db->connection);
    }
    return !dc_db_is_broken(db);
}

bool
dc_db_in_transaction(const struct dc_db *db)
{
    DC_ASSERT(db && db->tag == DC_DB_TAG);
    if (db->begin_pending) {
        return true;
    }
    if (db->commit_unread) {
        return false;
    }
    PGTransactionStatusType status =
        db->connection ? PQtransactionStatus(db->connection) : PQTRANS_UNKNOWN;
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

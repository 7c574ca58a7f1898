/*
 * db.h - PostgreSQL, through prepared statements only.
 *
 * A `struct dc_db` is one connection and belongs to one thread. Statements come embedded from
 * sql/ folders, and are prepared when the connection opens, so a wrong one shows at start. A lost
 * connection is a DC_UNAVAILABLE; dc_db_reconnect() opens it anew and prepares again; nothing is
 * retried behind the caller's back.
 *
 * SQLSTATE becomes a code by one table (db.c): serialization failure and deadlock ABORTED,
 * statement timeout DEADLINE_EXCEEDED, unique violation ALREADY_EXISTS, foreign key and check
 * violation FAILED_PRECONDITION, insufficient privilege PERMISSION_DENIED, bad text
 * INVALID_ARGUMENT, connection and shutdown classes UNAVAILABLE, everything else INTERNAL. The
 * message of the server is kept in the error; it is for the log: the dispatcher shows outside
 * callers only the code's sentence for INTERNAL and UNAVAILABLE.
 */
#ifndef DC_EDGE_DB_H
#define DC_EDGE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

struct dc_db;
struct dc_rows;

/* One file of a sql/ folder. Made by deploy/build/embed-sql; lists end with a NULL name. */
struct dc_statement {
    const char *name;
    const char *sql;
};

/* A parameter; build with the dc_p_ functions. Referenced memory must live until the call
 * returns. Arrays become PostgreSQL arrays (bigint[], text[], ...): sets, not loops. */
struct dc_param {
    enum {
        DC_PARAM_NULL,
        DC_PARAM_TEXT,
        DC_PARAM_INT64,
        DC_PARAM_BOOL,
        DC_PARAM_BYTES,
        DC_PARAM_DECIMAL,
        DC_PARAM_TIME,
        DC_PARAM_DATE,
        DC_PARAM_INT64_ARRAY,
        DC_PARAM_TEXT_ARRAY, /* a NULL element is NULL */
        DC_PARAM_DECIMAL_ARRAY,
        DC_PARAM_BYTES_ARRAY,
        DC_PARAM_DATE_ARRAY,
        DC_PARAM_TIME_ARRAY,
        DC_PARAM_BOOL_ARRAY,
    } type;
    union {
        const char *text;
        int64_t int64;
        bool boolean;
        dc_time time;
        dc_date date;
        struct dc_decimal decimal;
        struct {
            const uint8_t *data;
            size_t size;
        } bytes;
        struct {
            const void *items;
            size_t count;
        } array; /* of int64_t, const char *, struct dc_decimal, struct dc_bytes, ... */
    } u;
};

struct dc_bytes {
    const uint8_t *data; /* NULL is NULL */
    size_t size;
};

struct dc_param dc_p_null(void);
struct dc_param dc_p_text(const char *text /* NULL is NULL */);
struct dc_param dc_p_int64(int64_t value);
struct dc_param dc_p_bool(bool value);
struct dc_param dc_p_bytes(const void *data, size_t size);
struct dc_param dc_p_decimal(struct dc_decimal value);
struct dc_param dc_p_time(dc_time value);
struct dc_param dc_p_date(dc_date value);
struct dc_param dc_p_int64s(const int64_t *items, size_t count);
struct dc_param dc_p_texts(const char *const *items, size_t count);
struct dc_param dc_p_decimals(const struct dc_decimal *items, size_t count);
struct dc_param dc_p_bytes_array(const struct dc_bytes *items, size_t count);
struct dc_param dc_p_dates(const dc_date *items, size_t count);
struct dc_param dc_p_times(const dc_time *items, size_t count);
struct dc_param dc_p_bools(const bool *items, size_t count);

/* The server must take writes, unless the connection text says target_session_attrs=any.
 * `lists`: NULL-ended list of statement tables. Statements are named by their table and file, and
 * found by address of their row, so several services' tables can live on one connection. */
enum dc_code dc_db_open(struct dc_db **ret_db, const char *dsn, const char *application_name,
                        const struct dc_statement *const *lists,
                        struct dc_error *error) DC_MUST_CHECK;
void dc_db_free(struct dc_db *db);
DC_DEFINE_AUTO(dc_db)
enum dc_code dc_db_reconnect(struct dc_db *db, struct dc_error *error) DC_MUST_CHECK;
bool dc_db_is_broken(const struct dc_db *db); /* the connection is lost; reconnect */
/* The same, after a look at the socket: also notices a server that went away while we were idle. */
bool dc_db_is_alive(struct dc_db *db);

/*
 * Runs a prepared statement: dc_db_run(db, &goals_statements[GOALS_LOAD_TARGET], &rows, error,
 * dc_p_int64(7), dc_p_text("x")). ret_rows may be NULL when no rows are wanted. Rows are fetched
 * whole, in binary where the type allows; free them with DC_AUTO(dc_rows).
 */
enum dc_code dc_db_run_(struct dc_db *db, const struct dc_statement *statement,
                        const struct dc_param *params, size_t count, struct dc_rows **ret_rows,
                        struct dc_error *error) DC_MUST_CHECK;
#define dc_db_run(db, statement, ret_rows, error, ...)                                             \
    dc_db_run_((db), (statement), (const struct dc_param[]){{0}, ##__VA_ARGS__} + 1,               \
               sizeof((const struct dc_param[]){{0}, ##__VA_ARGS__}) / sizeof(struct dc_param) -   \
                   1,                                                                              \
               (ret_rows), (error))

/* The same, row by row (PQsetSingleRowMode) for large answers: memory does not grow. The callback
 * sees a one-row dc_rows; a code other than DC_OK stops and is returned. */
typedef enum dc_code dc_row_fn(void *context, const struct dc_rows *row, struct dc_error *error);
enum dc_code dc_db_each(struct dc_db *db, const struct dc_statement *statement,
                        const struct dc_param *params, size_t count, dc_row_fn *fn, void *context,
                        struct dc_error *error) DC_MUST_CHECK;

/* Fixed text without parameters: BEGIN, SET, advisory locks; not for values. Several statements
 * separated by ';' are one round trip. */
enum dc_code dc_db_exec(struct dc_db *db, const char *sql, struct dc_error *error) DC_MUST_CHECK;

/* Transactions. begin sets the tenant for row-level security (setting dacheng.tenant; 0 = none)
 * and statement_timeout (0 = none; rounded up to whole seconds). It costs no round trip: it travels
 * with the first statement, which is where its failure shows, and settings that the session has
 * already are not told again. The commit of a reading transaction is not waited for. rollback never
 * fails loudly. Outside transactions there is no tenant. */
enum dc_code dc_db_begin(struct dc_db *db, int64_t tenant_id, int64_t timeout_ms,
                         struct dc_error *error) DC_MUST_CHECK;
enum dc_code
dc_db_begin_read(struct dc_db *db, int64_t tenant_id, int64_t timeout_ms,
                 struct dc_error *error) DC_MUST_CHECK; /* repeatable read, read only */
enum dc_code dc_db_set_tenant(struct dc_db *db, int64_t tenant_id, struct dc_error *error)
    DC_MUST_CHECK; /* inside a transaction, until its end */
enum dc_code dc_db_commit(struct dc_db *db, struct dc_error *error) DC_MUST_CHECK;
/* The last statement and the commit in one round trip; its rows are dropped. */
enum dc_code dc_db_run_commit_(struct dc_db *db, const struct dc_statement *statement,
                               const struct dc_param *params, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;
#define dc_db_run_commit(db, statement, error, ...)                                                \
    dc_db_run_commit_(                                                                             \
        (db), (statement), (const struct dc_param[]){{0}, ##__VA_ARGS__} + 1,                      \
        sizeof((const struct dc_param[]){{0}, ##__VA_ARGS__}) / sizeof(struct dc_param) - 1,       \
        (error))
void dc_db_rollback(struct dc_db *db);
bool dc_db_in_transaction(const struct dc_db *db);

/* Rows. Column access by index; NULL reads as 0 / "" / false, ask is_null. The types asked for
 * must fit the column (int2/4/8 -> int64; numeric -> decimal; timestamptz -> time; anything ->
 * text where the text is what `::text` would give, so cast in SQL for odd types: a statement that
 * answers a type unknown here is refused at start). Infinite dates and times read as the largest
 * or smallest number. A numeric keeps six decimal places, rounded half away from zero; its column
 * must bound it below 10^24, and NaN is a bug. */
void dc_rows_free(struct dc_rows *rows);
DC_DEFINE_AUTO(dc_rows)
size_t dc_rows_count(const struct dc_rows *rows);
int64_t dc_rows_affected(const struct dc_rows *rows); /* of INSERT, UPDATE, DELETE */
bool dc_rows_is_null(const struct dc_rows *rows, size_t row, int column);
int64_t dc_rows_int64(const struct dc_rows *rows, size_t row, int column);
bool dc_rows_bool(const struct dc_rows *rows, size_t row, int column);
const char *dc_rows_text(const struct dc_rows *rows, size_t row, int column); /* lives with rows */
struct dc_bytes dc_rows_bytes(const struct dc_rows *rows, size_t row, int column);
struct dc_decimal dc_rows_decimal(const struct dc_rows *rows, size_t row, int column);
dc_time dc_rows_time(const struct dc_rows *rows, size_t row, int column);
dc_date dc_rows_date(const struct dc_rows *rows, size_t row, int column);
/* bigint[] and text[] columns, copied to the arena. */
size_t dc_rows_int64s(const struct dc_rows *rows, size_t row, int column, struct dc_arena *arena,
                      const int64_t **ret_items);
size_t dc_rows_texts(const struct dc_rows *rows, size_t row, int column, struct dc_arena *arena,
                     const char ***ret_items);
size_t dc_rows_decimals(const struct dc_rows *rows, size_t row, int column, struct dc_arena *arena,
                        const struct dc_decimal **ret_items);

/*
 * Bulk in: COPY ... FROM STDIN (FORMAT binary). Rows are buffered and sent in pieces. The table
 * must have no row-level security for this role (COPY FROM refuses): copy into a temporary or
 * staging table, then INSERT ... SELECT.
 */
struct dc_copy;
enum dc_code dc_copy_begin(struct dc_copy **ret_copy, struct dc_db *db, const char *copy_sql,
                           int columns, struct dc_error *error) DC_MUST_CHECK;
/* The scalar param types; INT64 goes as int8, DECIMAL as numeric, and so on. */
enum dc_code dc_copy_row(struct dc_copy *copy, const struct dc_param *values,
                         struct dc_error *error) DC_MUST_CHECK;
enum dc_code dc_copy_end(struct dc_copy *copy, int64_t *ret_rows,
                         struct dc_error *error) DC_MUST_CHECK; /* frees the copy in every case */
void dc_copy_abort(struct dc_copy *copy); /* frees it; the transaction is to be rolled back */

/* The SQLSTATE of the last failure on this connection, "" if none: for the few who must know. */
const char *dc_db_sqlstate(const struct dc_db *db);
/* The constraint that the last failure was about, "" if none. */
const char *dc_db_constraint(const struct dc_db *db);

/* A connection text (keywords or URI) with a password and a search_path put in; NULL leaves either
 * as it is. For the user that a connection text names: "" when it names none. */
enum dc_code dc_db_dsn_with(const char *dsn, const char *password, const char *search_path,
                            struct dc_text *ret_dsn, struct dc_error *error) DC_MUST_CHECK;
enum dc_code dc_db_dsn_user(const char *dsn, struct dc_text *ret_user,
                            struct dc_error *error) DC_MUST_CHECK;

#endif

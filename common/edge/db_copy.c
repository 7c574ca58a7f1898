/* db_copy.c - bulk in, by COPY ... FROM STDIN (FORMAT binary).
 * https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4 */
#include <string.h>

#include "base/assert.h"
#include "edge/db_internal.h"

enum { PIECE = 64 * 1024 }; /* bytes collected before they are sent */

struct dc_copy {
    struct dc_db *db;
    int columns;
    struct dc_text buffer;
};

static void
copy_free(struct dc_copy *copy)
{
    copy->db->copying = false;
    dc_text_release(&copy->buffer);
    free(copy);
}

static enum dc_code
send_piece(struct dc_copy *copy, struct dc_error *error)
{
    int sent = PQputCopyData(copy->db->connection, copy->buffer.data, (int)copy->buffer.length);
    dc_text_clear(&copy->buffer);
    return sent == 1 ? DC_OK : dc_db_failure(copy->db, NULL, error);
}

enum dc_code
dc_copy_begin(struct dc_copy **ret_copy, struct dc_db *db, const char *copy_sql, int columns,
              struct dc_error *error)
{
    DC_ASSERT(ret_copy && db && copy_sql && columns > 0 && !db->copying);
    if (dc_db_is_broken(db)) {
        return dc_fail(error, DC_UNAVAILABLE, "the connection to the database is lost");
    }
    dc_db_take_commit(db);
    DC_TRY(dc_db_begin_now(db, error));
    PGresult *result = PQexec(db->connection, copy_sql);
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        enum dc_code code = dc_db_failure(db, result, error);
        PQclear(result);
        return code;
    }
    bool fits = PQbinaryTuples(result) && PQnfields(result) == columns;
    PQclear(result);
    DC_ASSERT(fits); /* the text says FORMAT binary, and as many columns */
    struct dc_copy *copy = calloc(1, sizeof(*copy));
    DC_ASSERT(copy);
    copy->db = db;
    copy->columns = columns;
    db->copying = true;
    static const char signature[] = "PGCOPY\n\377\r\n"; /* and the NUL behind it */
    dc_text_append(&copy->buffer, signature, sizeof(signature));
    dc_put_i32(&copy->buffer, 0); /* flags */
    dc_put_i32(&copy->buffer, 0); /* header extension */
    *ret_copy = copy;
    return DC_OK;
}

enum dc_code
dc_copy_row(struct dc_copy *copy, const struct dc_param *values, struct dc_error *error)
{
    DC_ASSERT(copy && values);
    dc_put_i16(&copy->buffer, (int16_t)copy->columns);
    for (int i = 0; i < copy->columns; i++) {
        dc_param_put_copy(&values[i], &copy->buffer);
    }
    return copy->buffer.length >= PIECE ? send_piece(copy, error) : DC_OK;
}

/* Reads the answer to the end; the first failure counts. */
static enum dc_code
read_end(struct dc_copy *copy, int64_t *ret_rows, struct dc_error *error)
{
    enum dc_code code = DC_OK;
    int64_t rows = 0;
    PGresult *result;
    while ((result = PQgetResult(copy->db->connection))) {
        if (PQresultStatus(result) == PGRES_COMMAND_OK) {
            const char *text = PQcmdTuples(result);
            rows = *text ? strtoll(text, NULL, 10) : 0;
        } else if (code == DC_OK) {
            code = dc_db_failure(copy->db, result, error);
        }
        PQclear(result);
        if (PQstatus(copy->db->connection) != CONNECTION_OK) {
            break;
        }
    }
    if (code == DC_OK && PQstatus(copy->db->connection) != CONNECTION_OK) {
        code = dc_db_failure(copy->db, NULL, error);
    }
    if (code == DC_OK && ret_rows) {
        *ret_rows = rows;
    }
    return code;
}

enum dc_code
dc_copy_end(struct dc_copy *copy, int64_t *ret_rows, struct dc_error *error)
{
    DC_ASSERT(copy);
    dc_put_i16(&copy->buffer, -1);
    enum dc_code code = send_piece(copy, error);
    if (code == DC_OK && PQputCopyEnd(copy->db->connection, NULL) != 1) {
        code = dc_db_failure(copy->db, NULL, error);
    }
    if (code == DC_OK) {
        code = read_end(copy, ret_rows, error);
    }
    copy_free(copy);
    return code;
}

void
dc_copy_abort(struct dc_copy *copy)
{
    if (!copy) {
        return;
    }
    if (PQputCopyEnd(copy->db->connection, "given up") == 1) {
        (void)read_end(copy, NULL, NULL);
    }
    copy->db->failed = true;
    copy_free(copy);
}

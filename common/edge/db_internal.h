/*
 * db_internal.h - what the parts of the database wrapper share: the connection, the types that it
 * knows, and binary encoding. Not for others.
 */
#ifndef DC_EDGE_DB_INTERNAL_H
#define DC_EDGE_DB_INTERNAL_H

#include <libpq-fe.h>

#include "base/text.h"
#include "edge/db.h"

enum { DC_DB_PARAMS_MAX = 64, DC_DB_TAG = 0x64624462 };

/* Object identifiers of built-in types; they are part of PostgreSQL's protocol (pg_type.dat). */
enum dc_oid {
    DC_OID_BOOL = 16,
    DC_OID_BYTEA = 17,
    DC_OID_CHAR = 18,
    DC_OID_NAME = 19,
    DC_OID_INT8 = 20,
    DC_OID_INT2 = 21,
    DC_OID_INT4 = 23,
    DC_OID_TEXT = 25,
    DC_OID_OID = 26,
    DC_OID_JSON = 114,
    DC_OID_FLOAT4 = 700,
    DC_OID_FLOAT8 = 701,
    DC_OID_UNKNOWN = 705,
    DC_OID_BOOL_ARRAY = 1000,
    DC_OID_BYTEA_ARRAY = 1001,
    DC_OID_INT2_ARRAY = 1005,
    DC_OID_INT4_ARRAY = 1007,
    DC_OID_TEXT_ARRAY = 1009,
    DC_OID_VARCHAR_ARRAY = 1015,
    DC_OID_INT8_ARRAY = 1016,
    DC_OID_BPCHAR = 1042,
    DC_OID_VARCHAR = 1043,
    DC_OID_DATE = 1082,
    DC_OID_DATE_ARRAY = 1182,
    DC_OID_TIMESTAMPTZ = 1184,
    DC_OID_TIMESTAMPTZ_ARRAY = 1185,
    DC_OID_NUMERIC_ARRAY = 1231,
    DC_OID_NUMERIC = 1700,
    DC_OID_VOID = 2278,
    DC_OID_UUID = 2950,
    DC_OID_JSONB = 3802,
    DC_OID_XID8 = 5069,
};

/* PostgreSQL counts time and dates from 2000-01-01. */
#define DC_PG_EPOCH_TIME ((int64_t)946684800 * DC_SECOND)
#define DC_PG_EPOCH_DATE 10957

struct dc_prepared {
    const struct dc_statement *statement;
    char name[48];
    int param_count;
    Oid *param_types; /* as the server inferred them */
};

struct dc_statement_table {
    const struct dc_statement *first;
    size_t count;
    size_t offset; /* of its first row in `prepared` */
};

struct dc_db {
    unsigned tag;
    PGconn *connection;
    char *dsn;
    char *application_name;
    struct dc_statement_table *tables;
    size_t table_count;
    struct dc_prepared *prepared;
    size_t prepared_count;
    /* A transaction that was asked for and has not been told to the server. */
    bool begin_pending;
    bool begin_read_only;
    int64_t begin_tenant;
    int64_t begin_timeout_ms;
    bool failed;        /* the transaction can only be rolled back */
    bool commit_unread; /* of a reading transaction: sent, its answer still to be taken */
    /* What the server's session has, so that it is told only what is another. Not known after a
     * transaction that told it and did not commit. */
    bool session_known;
    bool session_told; /* by this transaction */
    int64_t session_tenant;
    int64_t session_timeout_ms;
    bool copying;
    char sqlstate[6];
    char constraint[64];
    struct dc_text buffer; /* encoded parameters of the statement being sent */
};

struct dc_rows {
    PGresult *result;
    struct dc_arena *arena; /* of texts made from binary values; NULL until needed */
};

/* Big-endian writing into a growing buffer. */
void dc_put_i16(struct dc_text *buffer, int16_t value);
void dc_put_i32(struct dc_text *buffer, int32_t value);
void dc_put_i64(struct dc_text *buffer, int64_t value);

/* A parameter as the wire wants it for a type of the server; offsets count in db->buffer. */
struct dc_encoded {
    size_t offset[DC_DB_PARAMS_MAX];
    const char *values[DC_DB_PARAMS_MAX];
    int lengths[DC_DB_PARAMS_MAX];
    int formats[DC_DB_PARAMS_MAX];
};
/* Fills `buffer` and `ret_encoded`; types NULL: each parameter's natural type (for COPY). */
void dc_params_encode(const struct dc_param *params, size_t count, const Oid *types,
                      struct dc_text *buffer, struct dc_encoded *ret_encoded);
/* Appends length and value (or -1 for NULL) as a COPY row wants it. */
void dc_param_put_copy(const struct dc_param *param, struct dc_text *buffer);

/* Statements that every connection has beside the caller's. */
enum dc_db_own { DC_DB_BEGIN, DC_DB_BEGIN_READ, DC_DB_SETTINGS, DC_DB_COMMIT };
const struct dc_statement *dc_db_own_statement(enum dc_db_own which);

bool dc_oid_is_readable(Oid type);

/* Takes the failure of a result (or of the connection, result NULL) into `error`. */
enum dc_code dc_db_failure(struct dc_db *db, const PGresult *result, struct dc_error *error);
/* A fresh session has no tenant and no timeout. */
void dc_db_session_begins(struct dc_db *db);
/* Takes the answer of a reading transaction's end, which nobody waited for. */
void dc_db_take_commit(struct dc_db *db);
/* Tells the server a pending BEGIN now. */
enum dc_code dc_db_begin_now(struct dc_db *db, struct dc_error *error) DC_MUST_CHECK;

#endif

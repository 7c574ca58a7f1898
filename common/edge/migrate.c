/* migrate.c - applies what is missing of an ordered list of SQL files. */
#include "edge/migrate.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "edge/db.h"

enum { FIND, RECORD };
static const struct dc_statement statements[] = {
    {"find", "SELECT checksum FROM schema_migration WHERE owner = $1 AND name = $2"},
    {"record", "INSERT INTO schema_migration (owner, name, checksum) VALUES ($1, $2, $3)"},
    {NULL, NULL},
};

/* Two runners of one schema wait for each other here. */
static const char lock_sql[] = "SELECT pg_advisory_lock(hashtextextended("
                               "'dacheng.migrate.' || current_setting('dacheng.schema'), 0))";

/* What the files make is granted to the role as it is made, so that a file may take away again
 * ("append only") and a later run does not hand it back. */
static const char prepare_sql[] =
    "SET client_min_messages = error;"
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " owner text NOT NULL, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (owner, name));"
    "DO $$ DECLARE r text := current_setting('dacheng.role');"
    "  s text := current_setting('dacheng.schema'); BEGIN"
    " EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', s, r);"
    " EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I"
    "  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', s, r);"
    " EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I', s, r);"
    " EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT EXECUTE ON FUNCTIONS TO %I',"
    "  s, r);"
    " ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
    " EXECUTE format('GRANT SELECT ON schema_migration TO %I', r);"
    " EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM %I', r);"
    "END $$";

static void
checksum_of(const char *sql, char ret_hex[65])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    int good = EVP_Digest(sql, strlen(sql), digest, &size, EVP_sha256(), NULL);
    DC_ASSERT(good && size == 32);
    dc_hex_encode(digest, size, ret_hex);
}

static enum dc_code
check_names(const char *schema, const char *role, struct dc_error *error)
{
    if (!*schema || strspn(schema, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(schema)) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%s\" is not a schema's name: a-z, 0-9 and _ are allowed", schema);
    }
    if (!*role || strpbrk(role, "'\\")) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "\"%s\" is not a role's name", role);
    }
    return DC_OK;
}

/* A connection as the schema's owner, with the settings that the files see. */
static enum dc_code
open_owner(struct dc_db **ret_db, const char *owner_dsn, const char *schema, const char *role,
           const struct dc_statement *const *lists, struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text path = DC_TEXT_INIT;
    dc_text_printf(&path, "%s,pg_temp", schema);
    DC_TRY(dc_db_dsn_with(owner_dsn, NULL, dc_text_cstr(&path), &dsn, error));
    DC_AUTO(dc_db) struct dc_db *db = NULL;
    DC_TRY(dc_db_open(&db, dc_text_cstr(&dsn), "dacheng-migrate", lists, error));
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    dc_text_printf(&sql, "SET dacheng.schema = '%s'; SET dacheng.role = '%s'", schema, role);
    DC_TRY(dc_db_exec(db, dc_text_cstr(&sql), error));
    *ret_db = DC_TAKE(db);
    return DC_OK;
}

/* One file: nothing when it was applied as it is, an error when it has changed since. */
static enum dc_code
apply(struct dc_db *db, const char *owner, const struct dc_migration *migration, size_t *applied,
      struct dc_error *error)
{
    char checksum[65];
    checksum_of(migration->sql, checksum);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(db, &statements[FIND], &rows, error, dc_p_text(owner),
                     dc_p_text(migration->name)));
    if (dc_rows_count(rows) > 0) {
        if (strcmp(dc_rows_text(rows, 0, 0), checksum) != 0) {
            return dc_fail(error, DC_FAILED_PRECONDITION,
                           "migration %s/%s has changed since it was applied; write a new one",
                           owner, migration->name);
        }
        return DC_OK;
    }
    DC_TRY(dc_db_begin(db, 0, 0, error));
    enum dc_code code = dc_db_exec(db, migration->sql, error);
    if (code == DC_OK) {
        code = dc_db_run_commit(db, &statements[RECORD], error, dc_p_text(owner),
                                dc_p_text(migration->name), dc_p_text(checksum));
    }
    if (code != DC_OK) {
        dc_db_rollback(db);
        return error ? dc_fail_context(error, "migration %s/%s", owner, migration->name) : code;
    }
    ++*applied;
    return DC_OK;
}

enum dc_code
dc_migrate(const char *owner_dsn, const char *schema, const char *role, const char *owner,
           const struct dc_migration *migrations, size_t *ret_applied, struct dc_error *error)
{
    DC_ASSERT(owner_dsn && schema && role && owner && migrations);
    DC_TRY(check_names(schema, role, error));
    /* The lock and the table come first, on a connection of their own: statements are prepared at
     * opening, and can only be when the table is there. */
    DC_AUTO(dc_db) struct dc_db *lock = NULL;
    DC_TRY(open_owner(&lock, owner_dsn, schema, role, NULL, error));
    DC_TRY(dc_db_exec(lock, lock_sql, error));
    DC_TRY(dc_db_exec(lock, prepare_sql, error));
    DC_AUTO(dc_db) struct dc_db *db = NULL;
    static const struct dc_statement *const lists[] = {statements, NULL};
    DC_TRY(open_owner(&db, owner_dsn, schema, role, lists, error));
    size_t applied = 0;
    for (size_t i = 0; migrations[i].name; i++) {
        DC_TRY(apply(db, owner, &migrations[i], &applied, error));
    }
    if (ret_applied) {
        *ret_applied = applied;
    }
    return DC_OK;
}

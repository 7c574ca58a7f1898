/*
 * migrate.h - brings a schema to the newest version: ordered SQL files, one transaction each.
 *
 * Runs as the schema's owner (a role of its own, which no service uses). An advisory lock keeps
 * two runners apart. schema_migration keeps name, checksum (SHA-256) and time; a file that was
 * applied and has changed since is an error: write a new one. Files see the schema's name as the
 * search_path, and the service's role as the setting dacheng.role (grants are in the files:
 * GRANT ... TO :role is written as a DO block with format('%I')).
 */
#ifndef DC_EDGE_MIGRATE_H
#define DC_EDGE_MIGRATE_H

#include <stddef.h>

#include "base/error.h"

/* One file of a migrations/ folder. Made by deploy/build/embed-sql; lists end with a NULL name. */
struct dc_migration {
    const char *name; /* "001_targets" */
    const char *sql;
};

/* `owner` labels the list within the schema ("kernel", "goals"), so that kernel and service
 * migrations are numbered apart. What the files make is granted to `role` as it is made: USAGE on
 * the schema; SELECT, INSERT, UPDATE, DELETE on tables; USAGE on sequences; EXECUTE on functions
 * (and to nobody else). A file that wants less for a table revokes it, in the same file. */
enum dc_code dc_migrate(const char *owner_dsn, const char *schema, const char *role,
                        const char *owner, const struct dc_migration *migrations,
                        size_t *ret_applied, struct dc_error *error) DC_MUST_CHECK;

#endif

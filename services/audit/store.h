/*
 * store.h - the audit record in the database. The only place of this service with SQL.
 */
#ifndef DC_AUDIT_STORE_H
#define DC_AUDIT_STORE_H

#include "canonical.h"
#include "service/service.h"

struct audit_entry {
    int64_t number;
    struct audit_facts facts; /* of the searchable columns; body out of the canonical bytes */
    struct dc_bytes canonical;
    struct dc_bytes hash;
};

struct audit_filter {
    const char *account, *stream, *type; /* NULL = any */
    const char *key_prefix;              /* NULL = any */
    dc_time from, to;                    /* 0 = open */
    bool denied_only;
    int64_t below; /* numbers below this one */
    int64_t limit;
};

/* Appends events of one partition to their tenant's chain, in their order; one that is there
 * already is left alone. */
enum dc_code audit_append(struct dc_step *step, int64_t tenant_id, const struct audit_facts *facts,
                          size_t count, struct dc_error *error) DC_MUST_CHECK;
/* Into the step's arena, newest first. */
enum dc_code audit_search(struct dc_step *step, const struct audit_filter *filter,
                          struct audit_entry **ret_entries, size_t *ret_count,
                          struct dc_error *error) DC_MUST_CHECK;
/* number 0 and 32 zero bytes when there is no chain yet. */
enum dc_code audit_chain_end(struct dc_step *step, int64_t *ret_number,
                             uint8_t ret_hash[AUDIT_HASH_SIZE],
                             struct dc_error *error) DC_MUST_CHECK;
/* Whose chains there are; outside a transaction, into the step's arena. */
enum dc_code audit_tenants(struct dc_step *step, const int64_t **ret_tenants, size_t *ret_count,
                           struct dc_error *error) DC_MUST_CHECK;
/* The hash that stands before `number`. NOT_FOUND when that entry is missing. */
enum dc_code audit_hash_before(struct dc_step *step, int64_t number,
                               uint8_t ret_hash[AUDIT_HASH_SIZE],
                               struct dc_error *error) DC_MUST_CHECK;
/* In order, one entry in memory at a time. */
typedef enum dc_code audit_visit(void *context, const struct audit_entry *entry,
                                 struct dc_error *error);
enum dc_code audit_walk(struct dc_step *step, int64_t first, int64_t last, audit_visit *visit,
                        void *context, struct dc_error *error) DC_MUST_CHECK;

#endif

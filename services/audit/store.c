/* store.c - the audit record in the database. */
#include "store.h"

#include <audit_sql.h>
#include <string.h>

#include "base/text.h"

static const struct dc_statement *
statement(enum audit_statement which)
{
    return &audit_statements[which];
}

enum dc_code
audit_append(struct dc_step *step, int64_t tenant_id, const struct audit_facts *facts,
             struct dc_error *error)
{
    struct dc_bytes canonical = audit_canonical(facts, step->arena);
    const struct dc_param params[] = {
        dc_p_int64(tenant_id),           dc_p_time(facts->at),
        dc_p_text(facts->stream),        dc_p_text(facts->type),
        dc_p_text(facts->key),           dc_p_text(facts->account),
        dc_p_int64(facts->person_id),    dc_p_text(facts->address),
        dc_p_bool(facts->denied),        dc_p_text(facts->cause),
        dc_p_int64(facts->epoch),        dc_p_int64(facts->partition),
        dc_p_int64(facts->event_number), dc_p_bytes(canonical.data, canonical.size),
    };
    const size_t count = sizeof(params) / sizeof(params[0]);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run_(step->db, statement(AUDIT_APPEND), params, count, &rows, error));
    if (dc_rows_count(rows) > 0) {
        return DC_OK;
    }
    /* The event is there already, or the tenant has no chain yet. */
    DC_TRY(dc_db_run(step->db, statement(AUDIT_CHAIN_OPEN), NULL, error, dc_p_int64(tenant_id)));
    return dc_db_run_(step->db, statement(AUDIT_APPEND), params, count, NULL, error);
}

static enum dc_code
read_entry(const struct dc_rows *rows, size_t row, struct dc_arena *arena,
           struct audit_entry *ret_entry, struct dc_error *error)
{
    struct audit_entry entry = {
        .number = dc_rows_int64(rows, row, 0),
        .canonical = dc_rows_bytes(rows, row, 13),
        .hash = dc_rows_bytes(rows, row, 14),
    };
    struct audit_facts kept;
    entry.canonical.data = dc_arena_memdup(arena, entry.canonical.data, entry.canonical.size);
    entry.hash.data = dc_arena_memdup(arena, entry.hash.data, entry.hash.size);
    if (!audit_canonical_read(entry.canonical, arena, &kept) ||
        entry.hash.size != AUDIT_HASH_SIZE) {
        return dc_fail(error, DC_DATA_LOSS, "entry %lld is damaged", (long long)entry.number);
    }
    entry.facts = (struct audit_facts){
        .at = dc_rows_time(rows, row, 1),
        .stream = dc_arena_strdup(arena, dc_rows_text(rows, row, 2)),
        .type = dc_arena_strdup(arena, dc_rows_text(rows, row, 3)),
        .key = dc_arena_strdup(arena, dc_rows_text(rows, row, 4)),
        .account = dc_arena_strdup(arena, dc_rows_text(rows, row, 5)),
        .person_id = dc_rows_int64(rows, row, 6),
        .address = dc_arena_strdup(arena, dc_rows_text(rows, row, 7)),
        .denied = dc_rows_bool(rows, row, 8),
        .cause = dc_arena_strdup(arena, dc_rows_text(rows, row, 9)),
        .epoch = dc_rows_int64(rows, row, 10),
        .partition = dc_rows_int64(rows, row, 11),
        .event_number = dc_rows_int64(rows, row, 12),
        .body = kept.body,
    };
    *ret_entry = entry;
    return DC_OK;
}

/* "a%_b" as a LIKE pattern for texts that begin with it. */
static const char *
prefix_pattern(const char *prefix, struct dc_arena *arena)
{
    char *pattern = dc_arena_alloc(arena, 2 * strlen(prefix) + 2), *at = pattern;
    for (; *prefix; prefix++) {
        if (strchr("\\%_", *prefix)) {
            *at++ = '\\';
        }
        *at++ = *prefix;
    }
    strcpy(at, "%");
    return pattern;
}

enum dc_code
audit_search(struct dc_step *step, const struct audit_filter *filter,
             struct audit_entry **ret_entries, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        step->db, statement(AUDIT_SEARCH), &rows, error, dc_p_int64(step->context->tenant_id),
        dc_p_text(filter->account), dc_p_text(filter->stream), dc_p_text(filter->type),
        filter->key_prefix ? dc_p_text(prefix_pattern(filter->key_prefix, step->arena))
                           : dc_p_null(),
        filter->from ? dc_p_time(filter->from) : dc_p_null(),
        filter->to ? dc_p_time(filter->to) : dc_p_null(), dc_p_bool(filter->denied_only),
        dc_p_int64(filter->below), dc_p_int64(filter->limit)));
    size_t count = dc_rows_count(rows);
    struct audit_entry *entries = DC_NEW_ARRAY(step->arena, struct audit_entry, count);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(read_entry(rows, i, step->arena, &entries[i], error));
    }
    *ret_entries = entries;
    *ret_count = count;
    return DC_OK;
}

static void
copy_hash(struct dc_bytes from, uint8_t ret_hash[AUDIT_HASH_SIZE])
{
    memset(ret_hash, 0, AUDIT_HASH_SIZE);
    if (from.size == AUDIT_HASH_SIZE) {
        memcpy(ret_hash, from.data, AUDIT_HASH_SIZE);
    }
}

enum dc_code
audit_chain_end(struct dc_step *step, int64_t *ret_number, uint8_t ret_hash[AUDIT_HASH_SIZE],
                struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement(AUDIT_CHAIN_END), &rows, error,
                     dc_p_int64(step->context->tenant_id)));
    bool found = dc_rows_count(rows) > 0;
    *ret_number = found ? dc_rows_int64(rows, 0, 0) : 0;
    copy_hash(found ? dc_rows_bytes(rows, 0, 1) : (struct dc_bytes){0}, ret_hash);
    return DC_OK;
}

enum dc_code
audit_hash_before(struct dc_step *step, int64_t number, uint8_t ret_hash[AUDIT_HASH_SIZE],
                  struct dc_error *error)
{
    if (number <= 1) {
        copy_hash((struct dc_bytes){0}, ret_hash);
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement(AUDIT_HASH_BEFORE), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(number - 1)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail(error, DC_NOT_FOUND, "entry %lld is missing", (long long)number - 1);
    }
    copy_hash(dc_rows_bytes(rows, 0, 0), ret_hash);
    return DC_OK;
}

struct walk {
    audit_visit *visit;
    void *context;
    struct dc_arena *arena;
};

static enum dc_code
walk_row(void *context, const struct dc_rows *row, struct dc_error *error)
{
    struct walk *walk = context;
    struct audit_entry entry;
    dc_arena_reset(walk->arena, 0);
    DC_TRY(read_entry(row, 0, walk->arena, &entry, error));
    return walk->visit(walk->context, &entry, error);
}

enum dc_code
audit_walk(struct dc_step *step, int64_t first, int64_t last, audit_visit *visit, void *context,
           struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct walk walk = {visit, context, arena};
    const struct dc_param params[] = {dc_p_int64(step->context->tenant_id), dc_p_int64(first),
                                      dc_p_int64(last)};
    return dc_db_each(step->db, statement(AUDIT_WALK), params, 3, walk_row, &walk, error);
}

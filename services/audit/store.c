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

/* The end of a tenant's chain, locked until the transaction ends; begins one where there is none.
 */
static enum dc_code
lock_chain(struct dc_step *step, int64_t tenant_id, int64_t *ret_number,
           uint8_t ret_hash[AUDIT_HASH_SIZE], struct dc_error *error)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        DC_TRY(
            dc_db_run(step->db, statement(AUDIT_CHAIN_LOCK), &rows, error, dc_p_int64(tenant_id)));
        if (dc_rows_count(rows) == 1) {
            *ret_number = dc_rows_int64(rows, 0, 0);
            memcpy(ret_hash, dc_rows_bytes(rows, 0, 1).data, AUDIT_HASH_SIZE);
            return DC_OK;
        }
        DC_TRY(
            dc_db_run(step->db, statement(AUDIT_CHAIN_OPEN), NULL, error, dc_p_int64(tenant_id)));
    }
    return dc_fail(error, DC_INTERNAL, "the chain of tenant %lld cannot be begun",
                   (long long)tenant_id);
}

/* Takes out what has an entry already; answers how many are left. */
static enum dc_code
leave_out_recorded(struct dc_step *step, int64_t tenant_id, const struct audit_facts **facts,
                   size_t *count, struct dc_error *error)
{
    int64_t *epochs = DC_NEW_ARRAY(step->arena, int64_t, *count);
    int64_t *numbers = DC_NEW_ARRAY(step->arena, int64_t, *count);
    for (size_t i = 0; i < *count; i++) {
        epochs[i] = facts[i]->epoch;
        numbers[i] = facts[i]->event_number;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement(AUDIT_RECORDED), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(facts[0]->stream), dc_p_int64(facts[0]->partition),
                     dc_p_int64s(epochs, *count), dc_p_int64s(numbers, *count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        facts[dc_rows_int64(rows, i, 0) - 1] = NULL;
    }
    size_t left = 0;
    for (size_t i = 0; i < *count; i++) {
        if (facts[i]) {
            facts[left++] = facts[i];
        }
    }
    *count = left;
    return DC_OK;
}

static enum dc_code
insert_entries(struct dc_step *step, int64_t tenant_id, const struct audit_facts *const *facts,
               size_t count, int64_t number, uint8_t hash[AUDIT_HASH_SIZE], struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    enum { TYPE, KEY, ACCOUNT, ADDRESS, CAUSE, TEXTS };
    enum { PERSON, EPOCH, EVENT, INTEGERS };
    const char **texts[TEXTS];
    int64_t *integers[INTEGERS];
    for (int c = 0; c < TEXTS; c++) {
        texts[c] = dc_arena_alloc(arena, count * sizeof(const char *));
    }
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(arena, int64_t, count);
    }
    dc_time *at = DC_NEW_ARRAY(arena, dc_time, count);
    bool *denied = DC_NEW_ARRAY(arena, bool, count);
    struct dc_bytes *canonical = DC_NEW_ARRAY(arena, struct dc_bytes, count);
    struct dc_bytes *hashes = DC_NEW_ARRAY(arena, struct dc_bytes, count);
    for (size_t i = 0; i < count; i++) {
        const struct audit_facts *f = facts[i];
        texts[TYPE][i] = f->type;
        texts[KEY][i] = f->key;
        texts[ACCOUNT][i] = f->account;
        texts[ADDRESS][i] = f->address;
        texts[CAUSE][i] = f->cause;
        integers[PERSON][i] = f->person_id;
        integers[EPOCH][i] = f->epoch;
        integers[EVENT][i] = f->event_number;
        at[i] = f->at;
        denied[i] = f->denied;
        canonical[i] = audit_canonical(f, arena);
        audit_chain_hash(hash, number + 1 + (int64_t)i, canonical[i], hash);
        hashes[i] =
            (struct dc_bytes){dc_arena_memdup(arena, hash, AUDIT_HASH_SIZE), AUDIT_HASH_SIZE};
    }
    const struct dc_param params[] = {dc_p_int64(tenant_id),
                                      dc_p_text(facts[0]->stream),
                                      dc_p_int64(facts[0]->partition),
                                      dc_p_int64(number),
                                      dc_p_times(at, count),
                                      dc_p_texts(texts[TYPE], count),
                                      dc_p_texts(texts[KEY], count),
                                      dc_p_texts(texts[ACCOUNT], count),
                                      dc_p_int64s(integers[PERSON], count),
                                      dc_p_texts(texts[ADDRESS], count),
                                      dc_p_bools(denied, count),
                                      dc_p_texts(texts[CAUSE], count),
                                      dc_p_int64s(integers[EPOCH], count),
                                      dc_p_int64s(integers[EVENT], count),
                                      dc_p_bytes_array(canonical, count),
                                      dc_p_bytes_array(hashes, count)};
    return dc_db_run_(step->db, statement(AUDIT_APPEND), params, sizeof(params) / sizeof(params[0]),
                      NULL, error);
}

enum dc_code
audit_append(struct dc_step *step, int64_t tenant_id, const struct audit_facts *facts, size_t count,
             struct dc_error *error)
{
    int64_t number = 0;
    uint8_t hash[AUDIT_HASH_SIZE] = {0};
    const struct audit_facts **wanted =
        dc_arena_alloc(step->arena, count * sizeof(const struct audit_facts *));
    for (size_t i = 0; i < count; i++) {
        wanted[i] = &facts[i];
    }
    DC_TRY(dc_db_set_tenant(step->db, tenant_id, error));
    DC_TRY(lock_chain(step, tenant_id, &number, hash, error));
    DC_TRY(leave_out_recorded(step, tenant_id, wanted, &count, error));
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(insert_entries(step, tenant_id, wanted, count, number, hash, error));
    return dc_db_run(step->db, statement(AUDIT_CHAIN_MOVE), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64(number + (int64_t)count), dc_p_bytes(hash, AUDIT_HASH_SIZE));
}

enum dc_code
audit_tenants(struct dc_step *step, const int64_t **ret_tenants, size_t *ret_count,
              struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement(AUDIT_TENANTS_RECORDED), &rows, error));
    *ret_count = dc_rows_count(rows);
    int64_t *tenants = DC_NEW_ARRAY(step->arena, int64_t, *ret_count);
    for (size_t i = 0; i < *ret_count; i++) {
        tenants[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_tenants = tenants;
    return DC_OK;
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

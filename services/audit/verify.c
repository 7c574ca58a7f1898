/* verify.c - walks the chain: every hash, every column against the bytes that the hash covers. */
#include <dacheng/audit/v1/audit.pb-c.h>
#include <string.h>

#include "handlers.h"

static enum dc_code
visit(void *context, const struct audit_entry *entry, struct dc_error *error)
{
    (void)error;
    struct audit_check *walk = context;
    if (walk->broken_at) {
        return DC_OK;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct audit_facts kept;
    uint8_t hash[AUDIT_HASH_SIZE];
    audit_chain_hash(walk->hash, entry->number, entry->canonical, hash);
    if (entry->number != walk->next) {
        walk->broken_at = walk->next; /* an entry is missing */
    } else if (memcmp(hash, entry->hash.data, AUDIT_HASH_SIZE) != 0 ||
               !audit_canonical_read(entry->canonical, arena, &kept) ||
               !audit_facts_equal(&kept, &entry->facts)) {
        walk->broken_at = entry->number;
    }
    memcpy(walk->hash, hash, AUDIT_HASH_SIZE);
    walk->next++;
    walk->entries++;
    return DC_OK;
}

enum dc_code
audit_check_entries(struct dc_step *step, int64_t last, const uint8_t *end_hash,
                    struct audit_check *check, struct dc_error *error)
{
    DC_TRY(audit_walk(step, check->next, last, visit, check, error));
    if (!check->broken_at && check->next != last + 1) {
        check->broken_at = check->next; /* the end was cut off */
    }
    if (!check->broken_at && end_hash && memcmp(check->hash, end_hash, AUDIT_HASH_SIZE) != 0) {
        check->broken_at = last;
    }
    return DC_OK;
}

DC_HANDLER(audit_verify_chain, Audit__VerifyRequest, Audit__VerifyResponse)
{
    DC_TRY(audit_need_auditor(step, error));
    int64_t end;
    uint8_t end_hash[AUDIT_HASH_SIZE];
    DC_TRY(audit_chain_end(step, &end, end_hash, error));
    int64_t first = request->from_number ? request->from_number : 1;
    int64_t last = request->to_number ? request->to_number : end;
    if (first < 1 || last > end || (last < first && end > 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "from_number",
                             "the record has the entries 1 to %lld; asked for were %lld to %lld",
                             (long long)end, (long long)first, (long long)last);
    }
    dc_step_subject(step, "audit verify %lld..%lld", (long long)first, (long long)last);
    struct audit_check walk = {.next = first};
    enum dc_code code = audit_hash_before(step, first, walk.hash, error);
    if (code == DC_NOT_FOUND) {
        walk.broken_at = first - 1;
    } else {
        DC_TRY(code);
    }
    if (end > 0) {
        DC_TRY(audit_check_entries(step, last, last == end ? end_hash : NULL, &walk, error));
    }
    response->intact = walk.broken_at == 0;
    response->entries = walk.entries;
    response->broken_at = walk.broken_at;
    response->last_number = last;
    response->last_hash.data = dc_arena_memdup(step->arena, walk.hash, AUDIT_HASH_SIZE);
    response->last_hash.len = AUDIT_HASH_SIZE;
    return DC_OK;
}

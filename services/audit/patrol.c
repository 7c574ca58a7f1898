/*
 * patrol.c - verifies every chain by itself, piece by piece and round and round, so that what was
 * changed is told to the operators and not only to an auditor who asks. Where a piece ends is kept
 * in memory: a restart begins again at the first entry.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/metrics.h"
#include "handlers.h"

enum { PIECE_ENTRIES = 5000 };

struct round {
    int64_t tenant_id;
    int64_t next;                  /* number to go on from */
    uint8_t hash[AUDIT_HASH_SIZE]; /* of the entry before */
    bool broken;                   /* as the last whole look at the place found */
};

struct patrol {
    struct round *rounds;
    size_t count;
};

void *
audit_thread_state_new(struct dc_service *service)
{
    (void)service;
    struct patrol *patrol = calloc(1, sizeof(*patrol));
    DC_ASSERT(patrol);
    return patrol;
}

void
audit_thread_state_free(void *state)
{
    struct patrol *patrol = state;
    free(patrol->rounds);
    free(patrol);
}

static struct round *
round_of(struct patrol *patrol, int64_t tenant_id)
{
    for (size_t i = 0; i < patrol->count; i++) {
        if (patrol->rounds[i].tenant_id == tenant_id) {
            return &patrol->rounds[i];
        }
    }
    struct round *grown = realloc(patrol->rounds, (patrol->count + 1) * sizeof(*grown));
    DC_ASSERT(grown);
    patrol->rounds = grown;
    grown[patrol->count] = (struct round){.tenant_id = tenant_id, .next = 1};
    return &grown[patrol->count++];
}

static void
begin_again(struct round *round)
{
    round->next = 1;
    memset(round->hash, 0, sizeof(round->hash));
}

static void
tell_broken(struct round *round, int64_t broken_at)
{
    char tenant[24], number[24];
    snprintf(tenant, sizeof(tenant), "%lld", (long long)round->tenant_id);
    snprintf(number, sizeof(number), "%lld", (long long)broken_at);
    if (!round->broken) {
        dc_log(DC_LOG_ERROR, "the audit record was changed: its chain is broken",
               DC_LOG_FIELDS({"tenant", tenant}, {"entry", number}));
    }
    round->broken = true;
    begin_again(round);
}

/* A piece of one tenant's chain. */
static enum dc_code
patrol_tenant(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct round *round = round_of(step->state, step->context->tenant_id);
    struct audit_check check = {.next = round->next};
    memcpy(check.hash, round->hash, sizeof(check.hash));
    int64_t end;
    uint8_t end_hash[AUDIT_HASH_SIZE];
    DC_TRY(audit_chain_end(step, &end, end_hash, error));
    int64_t last = round->next + PIECE_ENTRIES - 1;
    last = last < end ? last : end;
    DC_TRY(audit_check_entries(step, last, last == end ? end_hash : NULL, &check, error));
    dc_counter_add(
        dc_counter("dacheng_audit_verified_total", "", "Entries of the record verified unasked."),
        (uint64_t)check.entries);
    if (check.broken_at) {
        tell_broken(round, check.broken_at);
    } else if (last < end) {
        round->next = check.next;
        memcpy(round->hash, check.hash, sizeof(round->hash));
        *ret_more = true;
    } else {
        round->broken = false; /* all of it, from the first to the last */
        begin_again(round);
    }
    return DC_OK;
}

/* One piece of each chain; the next ones when the task's time comes again. */
enum dc_code
audit_task_patrol(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    const int64_t *tenants;
    size_t count;
    bool ignored = false;
    *ret_more = false;
    DC_TRY(audit_tenants(step, &tenants, &count, error));
    DC_TRY(dc_step_each_tenant(step, tenants, count, patrol_tenant, &ignored, error));
    const struct patrol *patrol = step->state;
    int64_t broken = 0;
    for (size_t i = 0; i < patrol->count; i++) {
        broken += patrol->rounds[i].broken;
    }
    dc_gauge_set(dc_gauge("dacheng_audit_chains_broken", "",
                          "Chains of the record in which an entry was found to be changed."),
                 broken);
    return DC_OK;
}

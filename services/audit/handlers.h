/* handlers.h - what audit answers, and how it hears. */
#ifndef DC_AUDIT_HANDLERS_H
#define DC_AUDIT_HANDLERS_H

#include "store.h"

extern const struct dc_service_spec audit_spec;

/* record.c */
dc_reaction_fn audit_on_event;
enum dc_code audit_append_batch(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* search.c */
dc_handler audit_search_entries;
/* verify.c */
dc_handler audit_verify_chain;
/* Walks from check->next, before which check->hash stands, to `last`. end_hash: what the chain's end
 * is known to be when `last` is its end, or NULL. */
struct audit_check {
    int64_t next; /* number that must come now */
    uint8_t hash[AUDIT_HASH_SIZE];
    int64_t broken_at; /* 0 = none so far */
    int64_t entries;
};
enum dc_code audit_check_entries(struct dc_step *step, int64_t last, const uint8_t *end_hash,
                                 struct audit_check *check, struct dc_error *error) DC_MUST_CHECK;
/* patrol.c */
enum dc_code audit_task_patrol(struct dc_step *step, bool *ret_more,
                               struct dc_error *error) DC_MUST_CHECK;
void *audit_thread_state_new(struct dc_service *service);
void audit_thread_state_free(void *state);

/* Only an AUDITOR (of the whole tenant) reads the record. */
enum dc_code audit_need_auditor(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;

#endif

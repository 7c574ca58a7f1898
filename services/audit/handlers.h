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

/* Only an AUDITOR (of the whole tenant) reads the record. */
enum dc_code audit_need_auditor(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;

#endif

/*
 * process.h - what a transaction of workflow begins with: the tenant's calendar and today, and the
 * definitions that tasks follow, read once and kept by the thread.
 *
 * A saved version of a definition never changes, so a thread keeps what it has read (at most
 * FLOW_CACHE_MAX definitions; then it forgets all of them, between transactions).
 */
#ifndef DC_WORKFLOW_PROCESS_H
#define DC_WORKFLOW_PROCESS_H

#include "store.h"

enum { FLOW_CACHE_MAX = 200 };

struct flow_cache *flow_cache_new(void);
void flow_cache_free(struct flow_cache *cache);

/* Begins the transaction's work: today and the calendar, from a year back to two years ahead.
 */
enum dc_code flow_work_begin(struct flow_work *ret_work, struct dc_step *step, int64_t tenant_id,
                             struct dc_error *error) DC_MUST_CHECK;

/* A task's round: a piece of work, in a transaction of its own, for each tenant of a list. */
typedef enum dc_code flow_tenants_fn(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                                     struct dc_error *error);
enum dc_code flow_each_tenant(struct dc_step *step, flow_tenants_fn *list, dc_tenant_fn *fn,
                              bool *ret_more, struct dc_error *error) DC_MUST_CHECK;

/* A version of a definition that is there; version 0: the newest. Answers its number; NOT_FOUND. */
enum dc_code flow_process(struct flow_work *work, const char *code, int32_t version,
                          const struct wf_definition **ret_process, int32_t *ret_version,
                          struct dc_error *error) DC_MUST_CHECK;
/* Fills process and stage of tasks. */
enum dc_code flow_processes(struct flow_work *work, struct flow_task *tasks, size_t count,
                            struct dc_error *error) DC_MUST_CHECK;
/* Who must not decide: the subject himself, and of an approval who proposed it. */
void flow_task_bar(struct flow_task *task);

#endif

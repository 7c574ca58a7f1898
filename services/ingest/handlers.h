/* handlers.h - what ingest answers, hears and does by itself; the table is in main.c. */
#ifndef DC_INGEST_HANDLERS_H
#define DC_INGEST_HANDLERS_H

#include "service/access.h"
#include "service/service.h"

#include <dacheng/ingest/v1/ingest.pb-c.h>
#include <dacheng/ingest/v1/submission.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

extern const struct dc_service_spec ingest_spec;

/* Who may bring records, and see every run. */
#define INGEST_BRINGERS (DC_ROLE(SUPERVISOR) | DC_ROLE(INTEGRATOR))
/* The grants must be for the whole group or a company. */
enum dc_code ingest_may_bring(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* 1..40 of [a-z0-9_-]. */
enum dc_code ingest_check_source(const char *source, struct dc_error *error) DC_MUST_CHECK;
int32_t ingest_utc_offset(const struct dc_step *step); /* seconds */

dc_handler ingest_push_records;
dc_handler ingest_start_upload;
dc_handler ingest_put_piece;
dc_handler ingest_finish_upload;
dc_handler ingest_cancel_upload;
dc_handler ingest_get_run;
dc_handler ingest_list_runs;
dc_handler ingest_list_rejected;
dc_handler ingest_list_records;
dc_handler ingest_get_record;

dc_handler ingest_get_submission;
dc_handler ingest_list_submissions;
dc_handler ingest_check_submission;
dc_handler ingest_declare_holes;
dc_handler ingest_accept_holes;
dc_handler ingest_get_thresholds;
dc_handler ingest_set_thresholds;

dc_reaction_fn ingest_on_units_changed;
dc_reaction_fn ingest_on_measures_defined;
dc_reaction_fn ingest_on_targets_adjusted;
dc_reaction_fn ingest_on_calendar_changed;
dc_reaction_fn ingest_on_tasks_decided;
dc_reaction_fn ingest_on_tasks_cancelled;
dc_reaction_fn ingest_on_cases_ended;

/* What workflow decided, as records; what was withdrawn goes again (tasks.c). */
enum dc_code ingest_keep_decided(struct dc_step *step, Workflow__Task *const *tasks, size_t count,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code ingest_drop_withdrawn(struct dc_step *step, Workflow__Task *const *tasks, size_t count,
                                   struct dc_error *error) DC_MUST_CHECK;

/* Tasks. */
enum dc_code ingest_read_files(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code ingest_count(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code ingest_check_submissions(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code ingest_tidy(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* Tells RunFinished of a run as it stands. */
enum dc_code ingest_tell_run(struct dc_step *step, int64_t run_id, Ingest__Run **ret_run,
                             struct dc_error *error) DC_MUST_CHECK;

#endif

/*
 * intake.h - the way of a batch of rows into the store, the same for files and for pushes: found in
 * the organisation, settled, written, counted in its run.
 */
#ifndef DC_INGEST_INTAKE_H
#define DC_INGEST_INTAKE_H

#include "store.h"

/* Rejects rows whose person or unit is unknown, or was not there on that day; then settles. */
enum dc_code intake_resolve(struct dc_step *step, struct batch *batch,
                            struct dc_error *error) DC_MUST_CHECK;
/* Writes the rows of a settled batch whose people and paths are found. run_id 0: nobody brought
 * them. */
enum dc_code intake_store(struct dc_step *step, const char *source, int64_t run_id,
                          struct batch *batch, struct store_counts *ret_counts,
                          struct dc_error *error) DC_MUST_CHECK;
/* Writes a resolved batch and its rejections. */
enum dc_code intake_write(struct dc_step *step, const char *source, int64_t run_id,
                          struct batch *batch, const char *encoding,
                          struct dc_error *error) DC_MUST_CHECK;

#endif

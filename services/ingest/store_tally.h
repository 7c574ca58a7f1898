/* store_tally.h - what store_count.c and store_seen.c do together for a tally. */
#ifndef DC_INGEST_STORE_TALLY_H
#define DC_INGEST_STORE_TALLY_H

#include "store.h"

/* The paths that the tally does not know yet; `ids`: database ids of all its paths, by index. */
enum dc_code store_fill_paths(struct dc_step *step, struct tally *tally, const struct lookup *ids,
                              struct dc_error *error) DC_MUST_CHECK;

/* The spans in which owners of the entries' places are counted. After the paths. */
enum dc_code store_fill_spans(struct dc_step *step, struct tally *tally,
                              const struct store_entries *entries,
                              struct dc_error *error) DC_MUST_CHECK;

/* The values that a tally touches, each once; series are database ids here. */
struct store_touched {
    int64_t *series;
    struct dc_bytes *values;
    size_t count;
    int64_t first_month, last_month; /* whole years */
    bool spans;                      /* some are in spans */
};
/* Tells the tally where its values occur so far (tally_before). */
enum dc_code store_seen_load(struct dc_step *step, struct tally *tally,
                             struct store_touched *ret_touched,
                             struct dc_error *error) DC_MUST_CHECK;
/* After tally_finish. */
enum dc_code store_seen_write(struct dc_step *step, const struct tally *tally,
                              const struct store_touched *touched,
                              struct dc_error *error) DC_MUST_CHECK;

#endif

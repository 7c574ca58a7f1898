/*
 * store.h - the only door to ingest's tables. Functions take the step whose transaction they run
 * in; results live in its arena.
 */
#ifndef DC_INGEST_STORE_H
#define DC_INGEST_STORE_H

#include <dacheng/ingest/v1/ingest.pb-c.h>

#include "batch.h"
#include "service/service.h"
#include "tally.h"

/* First in transactions of bulk work: each statement is planned for the sizes of now (a plan made
 * while the tables were small reads them from end to end once they have grown). */
enum dc_code store_plan_anew(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* Statistics of tables that grew; commits with the step. */
enum dc_code store_analyze(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;

/* --- store_intake.c: what a row is checked against, and records ----------------------------------
 */
/* A person's time in a unit; a person without any has one with an empty span. Ordered by code,
 * then in the order in which posts are to be tried. */
struct store_post {
    const char *code;
    int64_t person_id;
    dc_date employed_from, employed_to; /* to: exclusive */
    int64_t unit_id;
    dc_date from, to; /* to: exclusive */
};
enum dc_code store_people(struct dc_step *step, const char *const *codes, size_t count,
                          struct store_post **ret_posts, size_t *ret_count,
                          struct dc_error *error) DC_MUST_CHECK;
/* Ids of units by code; only those found. */
enum dc_code store_units(struct dc_step *step, const char *const *codes, size_t count,
                         const char ***ret_codes, int64_t **ret_ids, size_t *ret_count,
                         struct dc_error *error) DC_MUST_CHECK;
struct store_path {
    int64_t unit_id;
    dc_date from;
    int64_t path_id;
};
/* Ordered by unit, then day. */
enum dc_code store_paths(struct dc_step *step, const int64_t *units, size_t count,
                         struct store_path **ret_paths, size_t *ret_count,
                         struct dc_error *error) DC_MUST_CHECK;
/* Numbers of combinations of dimensions, made where they are new. */
enum dc_code store_dims(struct dc_step *step, const struct hash128 *hashes,
                        const char *const *const *dimensions, size_t count, int64_t *ret_ids,
                        struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_source(struct dc_step *step, const char *name, int64_t *ret_id,
                          struct dc_error *error) DC_MUST_CHECK;

struct store_counts {
    int64_t created, changed, deleted, unchanged;
};
/* Settled rows of a batch become records, versions and reversals, noted as to be counted. */
enum dc_code store_records(struct dc_step *step, int64_t source_id, int64_t run_id,
                           const struct batch *batch, struct store_counts *ret_counts,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_rejected(struct dc_step *step, int64_t run_id,
                            const struct rejection *rejections, size_t count,
                            struct dc_error *error) DC_MUST_CHECK;

/* Of decided tasks: the path that counts for each person on a day (or else of the unit; 0: none),
 * and what is shown of each seat. */
enum dc_code store_seat_paths(struct dc_step *step, const int64_t *people, const dc_date *days,
                              const int64_t *units, size_t count, int64_t *ret_paths,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_seats(struct dc_step *step, const int64_t *tasks, const int64_t *seats,
                         const struct dc_bytes *bodies, size_t count,
                         struct dc_error *error) DC_MUST_CHECK;

/* --- store_runs.c
 * ---------------------------------------------------------------------------------- */
enum dc_code store_run_add(struct dc_step *step, const char *source, const char *name, bool is_file,
                           Ingest__RunState state, int64_t bytes, int64_t *ret_id,
                           struct dc_error *error) DC_MUST_CHECK;
/* refused: every row counts as rejected. */
enum dc_code store_run_count(struct dc_step *step, int64_t run_id, const struct batch *batch,
                             const struct store_counts *counts, bool refused, const char *encoding,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_run_finish(struct dc_step *step, int64_t run_id, Ingest__RunState state,
                              struct dc_bilingual problem, struct dc_error *error) DC_MUST_CHECK;
/* NOT_FOUND when there is no such run in this tenant. */
enum dc_code store_run(struct dc_step *step, int64_t run_id, Ingest__Run **ret_run,
                       struct dc_error *error) DC_MUST_CHECK;
/* Newest first, older than `before` (0 = from the newest). starter 0: everybody's. */
enum dc_code store_runs(struct dc_step *step, int64_t before, int64_t limit, int64_t starter,
                        Ingest__Run ***ret_runs, size_t *ret_count,
                        struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_list_rejected(struct dc_step *step, int64_t run_id, int64_t after_line,
                                 int64_t limit, Ingest__RejectedRow ***ret_rows, size_t *ret_count,
                                 int64_t *ret_total, struct dc_error *error) DC_MUST_CHECK;

/* --- store_uploads.c
 * ------------------------------------------------------------------------------- */
/* Where the reading of a file stands. */
struct store_reading {
    int64_t run_id;
    const char *source;
    const char *name;
    bool all_or_nothing;
    int64_t pass;
    struct dc_csv_position position;
    const int64_t *columns; /* COLUMN_COUNT of them, or none before the header */
    size_t column_count;
    struct dc_bytes hash_state;
    int64_t hashed;
    int64_t bytes_received;
    bool finished; /* the sender said that it was all */
    struct dc_bytes announced;
    int64_t rejected; /* rows so far */
    struct dc_bilingual problem;
};
enum { STORE_PASS_CHECK = 1, STORE_PASS_WRITE = 2, STORE_PASS_COUNT = 3 };

enum dc_code store_upload_add(struct dc_step *step, int64_t run_id, bool all_or_nothing,
                              const uint8_t *sha256, size_t sha256_size,
                              struct dc_error *error) DC_MUST_CHECK;
/* A run of the same bytes, done or under way, by the same source; 0 = none. */
enum dc_code store_upload_same(struct dc_step *step, const char *source, int64_t size,
                               const uint8_t *sha256, size_t sha256_size, int64_t *ret_run_id,
                               struct dc_error *error) DC_MUST_CHECK;
/* Adds bytes at the offset. Not taken: the offset is not the end of what came, or the run takes no
 * bytes (any more). */
enum dc_code store_piece_add(struct dc_step *step, int64_t run_id, int64_t offset,
                             const uint8_t *data, size_t size, bool *ret_taken,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_upload_finish(struct dc_step *step, int64_t run_id,
                                 struct dc_error *error) DC_MUST_CHECK;
/* RECEIVING or WORKING and nothing of it written in all-or-nothing mode: becomes CANCELLED. */
enum dc_code store_upload_cancel(struct dc_step *step, int64_t run_id, bool *ret_done,
                                 struct dc_error *error) DC_MUST_CHECK;
struct store_file {
    int64_t tenant_id;
    int64_t run_id;
};
enum dc_code store_files_to_read(struct dc_step *step, struct store_file **ret_files,
                                 size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Takes the file for this transaction; ret_reading NULL when another replica has it, or there is
 * nothing to do. */
enum dc_code store_reading_take(struct dc_step *step, int64_t run_id,
                                struct store_reading **ret_reading,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_reading_move(struct dc_step *step, const struct store_reading *reading,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_reading_drop(struct dc_step *step, int64_t run_id,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_run_problem(struct dc_step *step, int64_t run_id, struct dc_bilingual problem,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_run_reset(struct dc_step *step, int64_t run_id,
                             struct dc_error *error) DC_MUST_CHECK;
/* The piece that holds the byte at `offset`; data NULL: not there yet. The bytes live as long as
 * ret_rows, which the caller frees. */
enum dc_code store_piece(struct dc_step *step, int64_t run_id, int64_t offset,
                         struct dc_rows **ret_rows, struct dc_bytes *ret_data, int64_t *ret_at,
                         struct dc_error *error) DC_MUST_CHECK;
/* Those that end at or before `offset`. */
enum dc_code store_pieces_drop(struct dc_step *step, int64_t run_id, int64_t offset,
                               struct dc_error *error) DC_MUST_CHECK;
/* --- store_count.c: counting
 * ------------------------------------------------------------------------ */
enum dc_code store_tenants_to_count(struct dc_step *step, const int64_t **ret_ids,
                                    size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Until the end of the transaction nobody else counts for this tenant. */
enum dc_code store_lock_counting(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_book(struct dc_step *step, struct book *ret_book,
                        struct dc_error *error) DC_MUST_CHECK;

/* Versions of records that came or went, and what is needed to count them. */
struct store_entry {
    int sign;
    int64_t path_id;
    int64_t dims_id;
    int64_t run_id;           /* that brought or replaced it; 0: none */
    struct tally_entry entry; /* path and dims are not set */
};
struct store_entries {
    struct store_entry *items;
    size_t count;
    int64_t versions; /* noted versions that were taken */
    int64_t run_id;   /* the last one's */
};
enum dc_code store_take_pending(struct dc_step *step, int64_t most, struct store_entries *ret,
                                struct dc_error *error) DC_MUST_CHECK;
/* Records after `after` as they have been counted so far. ret_last: the last id looked at. */
enum dc_code store_counted_records(struct dc_step *step, int64_t after, int64_t limit,
                                   struct store_entries *ret, int64_t *ret_last, bool *ret_end,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Rows are (record, wanted version, run, present version, deleted, person ...). `both`: the version
 * before goes as the wanted one comes. */
enum dc_code store_read_versions(struct dc_step *step, const struct dc_rows *rows, bool both,
                                 struct store_entries *ret, struct dc_error *error) DC_MUST_CHECK;
/* Fills the tally's paths, dims and owners of spans, then adds every entry. */
enum dc_code store_tally(struct dc_step *step, struct tally *tally,
                         const struct store_entries *entries, struct tally_scope only,
                         struct dc_error *error) DC_MUST_CHECK;
/* Tells the tally what is known of the touched values, finishes it, and writes what changed.
 * ret_version: the version that these changes have. */
enum dc_code store_changes(struct dc_step *step, struct tally *tally, int64_t *ret_version,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_series_built(struct dc_step *step, int64_t series_id, int64_t built_to,
                                struct dc_error *error) DC_MUST_CHECK;

/* --- store_totals.c: totals, and what is still to be told of them
 * --------------------------------- */
/* Owners and periods, each once. */
struct store_owners {
    struct tally_owner *items;
    size_t count;
};
enum dc_code store_untold_add(struct dc_step *step, const struct book *book,
                              const struct store_owners *owners,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_untold_take(struct dc_step *step, const struct book *book, int64_t limit,
                               struct store_owners *ret, struct dc_error *error) DC_MUST_CHECK;
/* Everybody's totals are to be told because of a new measure; the measures count as told. */
enum dc_code store_untold_all(struct dc_step *step, const int64_t *measure_ids, size_t count,
                              struct dc_error *error) DC_MUST_CHECK;
/* sums[i * series_count + s]: of owners->items[i] and book->series[s]. */
enum dc_code store_totals(struct dc_step *step, const struct book *book,
                          const struct store_owners *owners, struct sums **ret_sums,
                          struct dc_error *error) DC_MUST_CHECK;
/* Files all of whose rows are written and counted; they are done now. */
enum dc_code store_finish_runs(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                               struct dc_error *error) DC_MUST_CHECK;

int32_t store_period_number(const char *period); /* a valid period as tally.h numbers them */

/* --- store_spans.c: segments of periods
 * ------------------------------------------------------------------------------ */
/* The book's spans, by id. */
enum dc_code store_spans(struct dc_step *step, struct book *book,
                         struct dc_error *error) DC_MUST_CHECK;
/* span_count: there is none with this id. */
size_t store_span_index(const struct book *book, int64_t span_id);
/* The segments of told targets are counted from now on; the counting lock is taken when there are
 * any. */
enum dc_code store_add_spans(struct dc_step *step, const Goals__TargetsAdjusted *adjusted,
                             bool *ret_any, struct dc_error *error) DC_MUST_CHECK;
/* The next records of a span, as they have been counted so far; moves its place (span->built_on,
 * built_id, whole) behind them. */
enum dc_code store_span_records(struct dc_step *step, struct span *span, int64_t limit,
                                struct store_entries *ret, struct dc_error *error) DC_MUST_CHECK;
/* Keeps the place; the owners of one that is whole are to be told. */
enum dc_code store_span_built(struct dc_step *step, const struct span *span,
                              struct dc_error *error) DC_MUST_CHECK;

/* --- store_definitions.c
 * ------------------------------------------------------------------------------ */
/* Keeps a measure unless a newer version is there; makes the series that it needs. */
enum dc_code store_measure(struct dc_step *step, const Goals__Measure *measure,
                           struct dc_error *error) DC_MUST_CHECK;
/* New paths of units whose place changed, from `today` on; of units never seen: from ever. */
enum dc_code store_refresh_paths(struct dc_step *step, dc_date today,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_make_history_room(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;

/* --- store_read.c: from a number to its records
 * ---------------------------------------------------------- */
struct store_wanted {
    const struct series *series; /* NULL: all sales */
    Goals__OwnerKind owner_kind;
    int64_t owner_id;
    dc_date first, last;
    int64_t limit;
    dc_date before_on; /* page: records before this place; INT32_MAX = from the newest */
    int64_t before_id;
};
/* ret_last_day: of the last record, for the next page. */
enum dc_code store_list_records(struct dc_step *step, const struct store_wanted *wanted,
                                Ingest__StoredRecord ***ret_records, dc_date *ret_last_day,
                                size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Newest version first; none: there is no such record. */
enum dc_code store_record_versions(struct dc_step *step, int64_t record_id,
                                   Ingest__StoredRecord ***ret_versions, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;

#endif

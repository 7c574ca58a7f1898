/* parking.c - events that could not be applied: put aside with their key, so that the rest of the
 * partition goes on, and tried again when an operator says so. */
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/wire_check.h"
#include "service/consumer_internal.h"

enum { REDRIVE_EVENTS = 100 /* of one key, at a time */ };

static const struct dc_statement *
statement(int which)
{
    return &kernel_statements[which];
}

enum dc_code
dc_parking_load(struct dc_part *part, struct dc_parked_keys *ret_keys, struct dc_error *error)
{
    struct dc_thread *thread = part->consumer->thread;
    struct dc_param stream = dc_p_text(part->stream), partition = dc_p_int64(part->partition);
    DC_TRY(dc_db_run(thread->db, statement(KERNEL_POSITION_LOCK), NULL, error, stream, partition));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(thread->db, statement(KERNEL_PARKED_KEYS), &rows, error, stream, partition));
    ret_keys->count = dc_rows_count(rows);
    ret_keys->keys = DC_NEW_ARRAY(thread->arena, const char *, ret_keys->count);
    for (size_t i = 0; i < ret_keys->count; i++) {
        ret_keys->keys[i] = dc_arena_strdup(thread->arena, dc_rows_text(rows, i, 0));
    }
    return DC_OK;
}

bool
dc_parking_has(const struct dc_parked_keys *keys, const char *key)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (strcmp(keys->keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

enum dc_code
dc_parking_park(struct dc_part *part, const Kernel__Event *event, const char *reason, int attempts,
                struct dc_error *error)
{
    struct dc_thread *thread = part->consumer->thread;
    uint8_t *bytes;
    size_t size;
    dc_wire_pack(&event->base, thread->arena, &bytes, &size);
    return dc_db_run(thread->db, statement(KERNEL_PARK), NULL, error, dc_p_text(part->stream),
                     dc_p_int64(part->partition), dc_p_int64(event->number),
                     dc_p_int64(event->epoch), dc_p_int64(event->tenant_id), dc_p_text(event->key),
                     dc_p_text(event->type), dc_p_bytes(bytes, size), dc_p_text(reason),
                     dc_p_int64(attempts));
}

/* One parked event in a transaction of its own. */
static enum dc_code
apply_parked(struct dc_part *part, struct dc_bytes packed, struct dc_error *error)
{
    struct dc_thread *thread = part->consumer->thread;
    ProtobufCMessage *unpacked;
    DC_TRY(dc_wire_unpack(&kernel__event__descriptor, packed.data, packed.size, thread->arena,
                          &unpacked, error));
    const Kernel__Event *event = (const Kernel__Event *)unpacked;
    struct dc_step step;
    dc_part_step(part, &step, event);
    DC_TRY(dc_db_begin(thread->db, event->tenant_id, DC_REACTION_TIMEOUT_MS, error));
    DC_TRY(dc_part_react(part, &step, event, error));
    if (thread->service->spec->batch_end) {
        DC_TRY(thread->service->spec->batch_end(&step, error));
    }
    DC_TRY(dc_db_run(thread->db, statement(KERNEL_PARKED_DONE), NULL, error,
                     dc_p_text(part->stream), dc_p_int64(part->partition),
                     dc_p_int64s(&event->number, 1)));
    return dc_step_finish(&step, NULL, error);
}

/* Returns DC_OK also when an event failed again: it stays, with its reason. */
static enum dc_code
redrive_key(struct dc_part *part, const char *key, struct dc_error *error)
{
    struct dc_thread *thread = part->consumer->thread;
    struct dc_param stream = dc_p_text(part->stream), partition = dc_p_int64(part->partition);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(thread->db, statement(KERNEL_PARKED_OF_KEY), &rows, error, stream, partition,
                     dc_p_text(key), dc_p_int64(REDRIVE_EVENTS)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct dc_error why;
        enum dc_code code = apply_parked(part, dc_rows_bytes(rows, i, 1), &why);
        if (code == DC_OK) {
            dc_counter_add(part->applied, 1);
            continue;
        }
        dc_db_rollback(thread->db);
        if (dc_db_is_broken(thread->db) || code == DC_ABORTED || code == DC_UNAVAILABLE) {
            *error = why;
            return code; /* the wish stays; the next round tries again */
        }
        why.code = code;
        dc_thread_say(thread, DC_LOG_ERROR, "a parked event failed again", &why);
        return dc_db_run(thread->db, statement(KERNEL_PARKED_AGAIN), NULL, error, stream, partition,
                         dc_p_text(key), dc_p_int64(dc_rows_int64(rows, i, 0)),
                         dc_p_text(why.message));
    }
    return DC_OK;
}

static enum dc_code
count_parked(struct dc_consumer *consumer, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_PARKED_COUNT), &rows, error));
    int64_t total = 0;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        total += dc_rows_int64(rows, i, 2);
    }
    dc_gauge_set(consumer->parked, total);
    return DC_OK;
}

enum dc_code
dc_parking_redrive(struct dc_consumer *consumer, struct dc_error *error)
{
    DC_TRY(count_parked(consumer, error));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_PARKED_REDRIVE), &rows, error));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct dc_heard_stream *stream = dc_consumer_stream(consumer, dc_rows_text(rows, i, 0));
        struct dc_part *part = stream ? &stream->parts[dc_rows_int64(rows, i, 1)] : NULL;
        if (part && part->mine && !dc_thread_is_stopping(consumer->thread)) {
            DC_TRY(redrive_key(part, dc_rows_text(rows, i, 2), error));
        }
    }
    return DC_OK;
}

/* dispatch.c - one request, from the bytes of the bus to the bytes of its answer. Whatever comes is
 * answered; each failure is logged once, here. */
#include <openssl/sha.h>
#include <stdatomic.h>
#include <string.h>

#include "base/assert.h"
#include "edge/bus_wire.h"
#include "edge/log.h"
#include "edge/wire_check.h"
#include "service/service_internal.h"

/* One request on its way. */
struct request {
    struct dc_thread *thread;
    const struct dc_bus_message *message;
    const struct dc_method_entry *entry;
    struct dc_step step;
    struct dc_span span;
    ProtobufCMessage *input, *output;
    const uint8_t *response; /* bytes to be answered */
    size_t response_size;
    struct dc_error error;
};

/* --- context ------------------------------------------------------------------------------------
 */

/* A peer that may not speak for people speaks for itself: a named program without grants, which no
 * check of scope lets pass, and no tenant, of which row-level security shows nothing. */
static const Kernel__Context *
believed_context(struct dc_arena *arena, const struct dc_bus_message *message)
{
    if (message->sender_speaks_for_people) {
        return message->context;
    }
    Kernel__Context *context = DC_NEW_MESSAGE(arena, Kernel__Context, kernel__context__init);
    context->account = dc_arena_strdup(arena, message->sender);
    context->traceparent = message->context->traceparent;
    context->language = message->context->language;
    return context;
}

/* Begins the request's span; what is done and told for it continues that one. */
static const Kernel__Context *
traced_context(struct request *request, const Kernel__Context *context)
{
    const struct dc_bus_message *message = request->message;
    dc_span_begin(&request->span, DC_SPAN_SERVER, context->traceparent);
    if (!request->span.recorded) {
        return context;
    }
    dc_span_name(&request->span, message->method);
    dc_span_attribute(&request->span, "dacheng.peer", message->sender);
    Kernel__Context *own = DC_NEW(request->thread->arena, Kernel__Context);
    *own = *context;
    own->traceparent = dc_arena_strdup(request->thread->arena, request->span.own);
    return own;
}

static bool
acts_for_somebody(const Kernel__Context *context)
{
    return context->person_id != 0 || *context->account;
}

static enum dc_code
check_may_call(const struct dc_method_entry *entry, const struct dc_bus_message *message,
               const Kernel__Context *context, struct dc_error *error)
{
    if (entry->admin && !message->sender_is_admin) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "the peer %s may not call administration; the permission is admin in the "
                       "bus's peers file",
                       message->sender);
    }
    if (entry->method->internal && message->sender_speaks_for_people &&
        acts_for_somebody(context)) {
        return dc_fail(error, DC_UNIMPLEMENTED, "there is no method %s", message->method);
    }
    if (context->tenant_id < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "context.tenant_id",
                             "%lld is not a tenant", (long long)context->tenant_id);
    }
    return DC_OK;
}

/* --- kinds of methods ----------------------------------------------------------------------------
 */
static enum dc_code
pack_output(struct request *request, struct dc_error *error)
{
    uint8_t *data;
    dc_wire_pack(request->output, request->thread->arena, &data, &request->response_size);
    request->response = data;
    if (request->response_size > DC_BUS_BODY_MAX) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED,
                       "the answer has %zu bytes, more than the %d that fit; ask for less",
                       request->response_size, DC_BUS_BODY_MAX);
    }
    return DC_OK;
}

static enum dc_code
run_query(struct request *request, struct dc_error *error)
{
    struct dc_step *step = &request->step;
    step->db = dc_thread_read_database(request->thread);
    int64_t timeout_ms = (step->deadline - dc_monotonic()) / DC_MILLISECOND;
    if (timeout_ms <= 0) {
        return dc_fail(error, DC_DEADLINE_EXCEEDED, "the deadline passed before the work began");
    }
    DC_TRY(dc_db_begin_read(step->db, step->context->tenant_id, timeout_ms, error));
    DC_TRY(request->entry->method->handler(step, request->input, request->output, error));
    DC_ASSERT(step->outbox->count == 0); /* a query changes nothing, so it tells nothing */
    DC_TRY(dc_db_commit(step->db, error));
    return pack_output(request, error);
}

static void
hash_request(const struct request *request, uint8_t ret_hash[SHA256_DIGEST_LENGTH])
{
    const struct dc_bus_message *message = request->message;
    SHA256(message->body_size > 0 ? message->body : (const uint8_t *)"", message->body_size,
           ret_hash);
}

static const char *
caller_of(const struct request *request)
{
    const Kernel__Context *context = request->step.context;
    return dc_arena_printf(request->thread->arena, "%s/%lld/%s", request->message->sender,
                           (long long)context->person_id, context->account);
}

/* What the caller's key was answered before, by us or by another replica. ret_found false: nothing.
 */
static enum dc_code
recall(struct request *request, bool *ret_found, struct dc_error *error)
{
    struct dc_step *step = &request->step;
    uint8_t hash[SHA256_DIGEST_LENGTH];
    hash_request(request, hash);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_step_begin(step, step->context->tenant_id, error));
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_RECALL], &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_text(caller_of(request)),
                     dc_p_text(request->message->idempotency_key)));
    dc_db_rollback(step->db);
    *ret_found = dc_rows_count(rows) > 0;
    if (!*ret_found) {
        return DC_OK;
    }
    struct dc_bytes known = dc_rows_bytes(rows, 0, 1), response = dc_rows_bytes(rows, 0, 2);
    if (strcmp(dc_rows_text(rows, 0, 0), step->method) != 0 || known.size != SHA256_DIGEST_LENGTH ||
        memcmp(known.data, hash, sizeof(hash)) != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "the idempotency key was used before with another request; a new request "
                       "wants a new key");
    }
    request->response = dc_arena_memdup(step->arena, response.data, response.size);
    request->response_size = response.size;
    return DC_OK;
}

static enum dc_code
try_command(struct request *request, struct dc_error *error)
{
    struct dc_step *step = &request->step;
    DC_TRY(dc_step_begin(step, step->context->tenant_id, error));
    DC_TRY(request->entry->method->handler(step, request->input, request->output, error));
    DC_TRY(pack_output(request, error));
    if (!*request->message->idempotency_key) {
        return dc_step_finish(step, NULL, error);
    }
    uint8_t hash[SHA256_DIGEST_LENGTH];
    hash_request(request, hash);
    struct dc_answer answer = {
        .caller = caller_of(request),
        .key = request->message->idempotency_key,
        .request_hash = hash,
        .response = request->response,
        .response_size = request->response_size,
    };
    return dc_step_finish(step, &answer, error);
}

/*
 * A command does its work first and claims the key with its last statement; the row's unique key
 * lets only one of two racers commit. So the ordinary command pays no round trip for the key. Only
 * a failure looks whether the key was answered already: the loser of a race, or a repetition that
 * finds the state changed by its first run, gets the first one's answer.
 */
static enum dc_code
run_command(struct request *request, struct dc_error *error)
{
    struct dc_step *step = &request->step;
    enum dc_code code = try_command(request, error);
    if (code == DC_OK || !*request->message->idempotency_key || dc_db_is_broken(step->db)) {
        return code;
    }
    dc_step_rollback(step);
    struct dc_error looked;
    bool found = false;
    enum dc_code recalled = recall(request, &found, &looked);
    if (recalled == DC_OK && found) {
        return DC_OK;
    }
    if (recalled == DC_INVALID_ARGUMENT) {
        *error = looked;
        return recalled;
    }
    return code;
}

static enum dc_code
run_free(struct request *request, struct dc_error *error)
{
    struct dc_step *step = &request->step;
    DC_TRY(request->entry->method->handler(step, request->input, request->output, error));
    DC_ASSERT(!dc_db_in_transaction(step->db)); /* it commits what it begins */
    return pack_output(request, error);
}

/* --- the audit
 * ------------------------------------------------------------------------------------ */

/* Tells of a denial or a sensitive read, in a transaction of its own. */
static enum dc_code
record_access(struct request *request, const struct dc_error *denial, struct dc_error *error)
{
    struct dc_step *step = &request->step;
    const Kernel__Context *context = step->context;
    Kernel__AccessRecorded record = KERNEL__ACCESS_RECORDED__INIT;
    record.method = (char *)step->method;
    record.denied = denial != NULL;
    record.code = denial ? (char *)dc_code_wire_name(denial->code) : record.code;
    record.reason = denial ? (char *)denial->message : record.reason;
    record.what = step->outbox->subject ? (char *)step->outbox->subject : record.what;
    record.person_id = context->person_id;
    record.account = context->account;
    record.session_id = context->session_id;
    record.address = context->address;
    record.peer = (char *)request->message->sender;
    step->outbox->count = 0;
    step->deadline = 0; /* the record is made even when the caller's time is up */
    DC_TRY(dc_step_begin(step, context->tenant_id, error));
    const char *key = dc_arena_printf(step->arena, "access/%s", context->account);
    dc_emit(step, context->tenant_id, key, &record.base);
    return dc_step_commit(step, error);
}

static bool
is_denial(enum dc_code code)
{
    return code == DC_PERMISSION_DENIED || code == DC_UNAUTHENTICATED;
}

/* --- the answer
 * ----------------------------------------------------------------------------------- */

/* The database's own words end so (db.c); they are for the log alone. */
static bool
is_database_talk(const struct dc_error *error)
{
    static const char mark[] = " (SQLSTATE ";
    size_t length = strlen(error->message);
    size_t tail = sizeof(mark) - 1 + 6;
    return length >= tail && strncmp(error->message + length - tail, mark, sizeof(mark) - 1) == 0;
}

void
dc_error_for_caller(const struct dc_error *error, const char *request_id,
                    struct dc_error *ret_error)
{
    *ret_error = *error;
    bool hidden = error->code == DC_INTERNAL || error->code == DC_UNAVAILABLE ||
                  error->code == DC_UNKNOWN || error->code == DC_DATA_LOSS;
    if (hidden || is_database_talk(error)) {
        dc_fail(ret_error, error->code, "%s (request %s)", dc_code_sentence(error->code),
                request_id);
    }
}

static int
level_of(enum dc_code code)
{
    switch (code) {
    case DC_INTERNAL:
    case DC_UNKNOWN:
    case DC_DATA_LOSS:
        return DC_LOG_ERROR;
    case DC_UNAVAILABLE:
    case DC_DEADLINE_EXCEEDED:
    case DC_RESOURCE_EXHAUSTED:
        return DC_LOG_WARN;
    default:
        return DC_LOG_INFO;
    }
}

static void
answer_failure(struct request *request, enum dc_code code)
{
    static atomic_uint_least64_t counter;
    request->error.code = code;
    char id[112];
    snprintf(id, sizeof(id), "%s-%llu", request->thread->service->instance,
             (unsigned long long)atomic_fetch_add(&counter, 1));
    const struct dc_bus_message *message = request->message;
    dc_log(level_of(code), "request failed",
           DC_LOG_FIELDS(
               {"request", id}, {"method", message->method}, {"code", dc_code_wire_name(code)},
               {"field", *request->error.field ? request->error.field : NULL},
               {"reason", request->error.message}, {"peer", message->sender},
               {"account", message->context->account}, {"trace", message->context->traceparent}));
    struct dc_error outside;
    dc_error_for_caller(&request->error, id, &outside);
    dc_bus_reply_error(request->thread->bus, message->id, &outside);
}

static void
count(const struct dc_method_entry *entry, enum dc_code code, int64_t began)
{
    if (entry) {
        dc_counter_add(entry->answers[code], 1);
        dc_histogram_observe(entry->seconds, dc_monotonic() - began);
    } else {
        dc_counter_add(dc_counter("dacheng_requests_unknown_total", "",
                                  "Requests for methods that do not exist."),
                       1);
    }
}

/* Everything up to the handler: the method, the caller, the request's bytes. */
static enum dc_code
prepare(struct request *request, struct dc_error *error)
{
    const struct dc_bus_message *message = request->message;
    struct dc_thread *thread = request->thread;
    if (!request->entry) {
        return dc_fail(error, DC_UNIMPLEMENTED, "there is no method %s", message->method);
    }
    if (message->deadline <= dc_monotonic()) {
        return dc_fail(error, DC_DEADLINE_EXCEEDED, "the deadline passed before the work began");
    }
    if (!dc_thread_database(thread)) {
        return dc_fail(error, DC_UNAVAILABLE, "there is no connection to the database");
    }
    dc_step_init(&request->step, thread, message->method, dc_now());
    request->step.context = traced_context(request, believed_context(thread->arena, message));
    request->step.sender = message->sender;
    request->step.deadline = message->deadline;
    request->step.cause = message->idempotency_key;
    DC_TRY(check_may_call(request->entry, message, request->step.context, error));
    if (strlen(message->idempotency_key) > DC_BUS_KEY_MAX) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "an idempotency key has at most %d bytes",
                       DC_BUS_KEY_MAX);
    }
    DC_TRY(dc_wire_unpack(request->entry->descriptor->input, message->body, message->body_size,
                          thread->arena, &request->input, error));
    const ProtobufCMessageDescriptor *output = request->entry->descriptor->output;
    request->output = dc_arena_calloc(thread->arena, 1, output->sizeof_message);
    protobuf_c_message_init(output, request->output);
    return DC_OK;
}

static enum dc_code
run(struct request *request, struct dc_error *error)
{
    switch (request->entry->method->kind) {
    case DC_QUERY:
        return run_query(request, error);
    case DC_COMMAND:
        return run_command(request, error);
    case DC_FREE:
        return run_free(request, error);
    }
    DC_ASSERT(!"a kind of method");
    return DC_INTERNAL;
}

void
dc_dispatch(struct dc_thread *thread, const struct dc_bus_message *message)
{
    int64_t began = dc_monotonic();
    struct request request = {.thread = thread, .message = message};
    request.entry = dc_service_find_method(thread->service, message->method);
    enum dc_code code = prepare(&request, &request.error);
    bool prepared = code == DC_OK;
    if (prepared) {
        code = run(&request, &request.error);
    }
    if (request.step.db) {
        if (code == DC_PERMISSION_DENIED && is_database_talk(&request.error)) {
            code = DC_INTERNAL; /* our own role's rights, not the caller's */
        }
        dc_step_rollback(&request.step);
        request.step.db = thread->db; /* a query may have worked on the replica */
        const struct dc_error *denial = is_denial(code) ? &request.error : NULL;
        bool sensitive = code == DC_OK && request.entry->method->sensitive &&
                         !request.step.outbox->not_sensitive;
        if ((denial || sensitive) && thread->service->stamper) {
            request.error.code = code;
            struct dc_error trouble;
            enum dc_code recorded = record_access(&request, denial, &trouble);
            if (recorded != DC_OK && !denial) { /* what cannot be recorded is not shown */
                code = recorded;
                request.error = trouble;
            } else if (recorded != DC_OK) {
                dc_thread_say(thread, DC_LOG_ERROR, "a denial could not be recorded", &trouble);
            }
            dc_db_rollback(request.step.db);
        }
    }
    if (code == DC_OK) {
        dc_bus_reply(thread->bus, message->id, request.response, request.response_size);
    } else {
        answer_failure(&request, code);
    }
    dc_span_end(&request.span, code);
    count(request.entry, code, began);
}

/* step.c - one step: a transaction, and the events that it tells. Events are kept aside while the
 * step works and written as its last statement, with the commit in the same round trip. */
#include <openssl/sha.h>
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"
#include "service/service_internal.h"

const Kernel__Context *
dc_step_program(void)
{
    static const Kernel__Context program = KERNEL__CONTEXT__INIT;
    return &program;
}

void
dc_step_init(struct dc_step *step, struct dc_thread *thread, const char *method, dc_time now)
{
    *step = (struct dc_step){
        .service = thread->service,
        .db = thread->db,
        .arena = thread->arena,
        .context = dc_step_program(),
        .sender = "",
        .method = method,
        .now = now,
        .state = thread->state,
        .cause = "",
        .outbox = DC_NEW(thread->arena, struct dc_outbox),
    };
}

int
dc_partition_of(const char *key)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256((const uint8_t *)key, strlen(key), digest);
    return digest[7] % DC_PARTITIONS; /* the last of the first eight bytes, big-endian */
}

void
dc_emit(struct dc_step *step, int64_t tenant_id, const char *key, const ProtobufCMessage *event)
{
    DC_ASSERT(step && key && *key && event && tenant_id >= 0);
    DC_ASSERT(step->service->stamper); /* the service says that it publishes */
    struct dc_outbox *outbox = step->outbox;
    if (outbox->count == outbox->capacity) {
        size_t capacity = outbox->capacity ? outbox->capacity * 2 : 8;
        struct dc_event_draft *drafts = DC_NEW_ARRAY(step->arena, struct dc_event_draft, capacity);
        if (outbox->count > 0) {
            memcpy(drafts, outbox->drafts, outbox->count * sizeof(*drafts));
        }
        outbox->drafts = drafts;
        outbox->capacity = capacity;
    }
    uint8_t *body;
    size_t size;
    dc_wire_pack(event, step->arena, &body, &size);
    DC_ASSERT(size <= DC_EVENT_BODY_MAX); /* many owners are told in several events */
    outbox->drafts[outbox->count++] = (struct dc_event_draft){
        .partition = dc_partition_of(key),
        .tenant_id = tenant_id,
        .key = dc_arena_strdup(step->arena, key),
        .type = event->descriptor->short_name,
        .body = {body, size},
    };
}

void
dc_wake_on_commit(struct dc_step *step, const char *task)
{
    DC_ASSERT(step && task);
    struct dc_outbox *outbox = step->outbox;
    for (size_t i = 0; i < outbox->wake_count; i++) {
        if (strcmp(outbox->wakes[i], task) == 0) {
            return;
        }
    }
    DC_ASSERT(outbox->wake_count < DC_WAKES_MAX);
    outbox->wakes[outbox->wake_count++] = task;
}

void
dc_step_subject(struct dc_step *step, const char *format, ...)
{
    DC_ASSERT(step && format);
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    step->outbox->subject = dc_arena_strdup(step->arena, text);
}

void
dc_step_not_sensitive(struct dc_step *step)
{
    DC_ASSERT(step);
    step->outbox->not_sensitive = true;
}

static void
forget(struct dc_step *step)
{
    step->outbox->count = 0;
    step->outbox->wake_count = 0;
}

enum dc_code
dc_step_begin(struct dc_step *step, int64_t tenant_id, struct dc_error *error)
{
    DC_ASSERT(step && step->db);
    int64_t timeout_ms = 0;
    if (step->deadline > 0) {
        timeout_ms = (step->deadline - dc_monotonic()) / DC_MILLISECOND;
        if (timeout_ms <= 0) {
            return dc_fail(error, DC_DEADLINE_EXCEEDED,
                           "the deadline passed before the work began");
        }
    }
    return dc_db_begin(step->db, tenant_id, timeout_ms, error);
}

/* The columns of the events, one array each; sixteen parameters with a command's answer. */
static void
event_params(struct dc_step *step, struct dc_param params[16])
{
    struct dc_outbox *outbox = step->outbox;
    size_t n = outbox->count;
    int64_t *partitions = DC_NEW_ARRAY(step->arena, int64_t, n);
    int64_t *tenants = DC_NEW_ARRAY(step->arena, int64_t, n);
    const char **keys = DC_NEW_ARRAY(step->arena, const char *, n);
    const char **types = DC_NEW_ARRAY(step->arena, const char *, n);
    struct dc_bytes *bodies = DC_NEW_ARRAY(step->arena, struct dc_bytes, n);
    for (size_t i = 0; i < n; i++) {
        partitions[i] = outbox->drafts[i].partition;
        tenants[i] = outbox->drafts[i].tenant_id;
        keys[i] = outbox->drafts[i].key;
        types[i] = outbox->drafts[i].type;
        bodies[i] = outbox->drafts[i].body;
    }
    const Kernel__Context *context = step->context;
    bool program = context->person_id == 0 && !*context->account;
    params[0] = dc_p_int64s(partitions, n);
    params[1] = dc_p_int64s(tenants, n);
    params[2] = dc_p_texts(keys, n);
    params[3] = dc_p_texts(types, n);
    params[4] = dc_p_bytes_array(bodies, n);
    params[5] = dc_p_time(step->now);
    params[6] = dc_p_text(context->traceparent);
    params[7] = dc_p_int64(context->person_id);
    params[8] = dc_p_text(program ? step->service->spec->name : context->account);
    params[9] = dc_p_text(step->cause);
}

enum dc_code
dc_step_tell(struct dc_step *step, struct dc_error *error)
{
    if (step->outbox->count == 0) {
        return DC_OK;
    }
    struct dc_param params[16];
    event_params(step, params);
    return dc_db_run_(step->db, &kernel_statements[KERNEL_TELL], params, 10, NULL, error);
}

void
dc_step_committed(struct dc_step *step)
{
    struct dc_outbox *outbox = step->outbox;
    if (outbox->count > 0) {
        dc_thread_wake(step->service->stamper);
    }
    for (size_t i = 0; i < outbox->wake_count; i++) {
        dc_task_wake(step->service, outbox->wakes[i]);
    }
    forget(step);
}

static enum dc_code
write_and_commit(struct dc_step *step, const struct dc_answer *answer, struct dc_error *error)
{
    struct dc_param params[16];
    if (step->outbox->count > 0) {
        event_params(step, params);
    }
    if (!answer) {
        return step->outbox->count > 0
                   ? dc_db_run_commit_(step->db, &kernel_statements[KERNEL_TELL], params, 10, error)
                   : dc_db_commit(step->db, error);
    }
    struct dc_param tenant = dc_p_int64(step->context->tenant_id);
    struct dc_param caller = dc_p_text(answer->caller), key = dc_p_text(answer->key);
    struct dc_param method = dc_p_text(step->method);
    struct dc_param hash = dc_p_bytes(answer->request_hash, SHA256_DIGEST_LENGTH);
    struct dc_param response = dc_p_bytes(answer->response, answer->response_size);
    if (step->outbox->count == 0) {
        return dc_db_run_commit(step->db, &kernel_statements[KERNEL_REMEMBER], error, tenant,
                                caller, key, method, hash, response, dc_p_time(step->now));
    }
    params[10] = tenant;
    params[11] = caller;
    params[12] = key;
    params[13] = method;
    params[14] = hash;
    params[15] = response;
    return dc_db_run_commit_(step->db, &kernel_statements[KERNEL_TELL_AND_REMEMBER], params, 16,
                             error);
}

enum dc_code
dc_step_finish(struct dc_step *step, const struct dc_answer *answer, struct dc_error *error)
{
    enum dc_code code = write_and_commit(step, answer, error);
    if (code != DC_OK) {
        dc_step_rollback(step);
        return code;
    }
    dc_step_committed(step);
    return DC_OK;
}

enum dc_code
dc_step_commit(struct dc_step *step, struct dc_error *error)
{
    DC_ASSERT(step && dc_db_in_transaction(step->db));
    return dc_step_finish(step, NULL, error);
}

void
dc_step_rollback(struct dc_step *step)
{
    DC_ASSERT(step);
    dc_db_rollback(step->db);
    forget(step);
}

enum dc_code
dc_step_each_tenant(struct dc_step *step, const int64_t *tenants, size_t count, dc_tenant_fn *fn,
                    bool *ret_more, struct dc_error *error)
{
    enum dc_code code = DC_OK;
    const Kernel__Context *before = step->context;
    for (size_t i = 0; i < count && code == DC_OK && !dc_service_is_stopping(step->service); i++) {
        Kernel__Context context = KERNEL__CONTEXT__INIT;
        bool more = false;
        context.tenant_id = tenants[i];
        step->context = &context;
        code = dc_step_begin(step, tenants[i], error);
        if (code == DC_OK) {
            code = fn(step, &more, error);
        }
        if (code == DC_OK) {
            code = dc_step_commit(step, error);
        } else {
            dc_step_rollback(step);
        }
        *ret_more |= more;
    }
    step->context = before;
    return code;
}

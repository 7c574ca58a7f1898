/* kernel_services.c - see kernel_services.h. */
#include "kernel_services.h"

#include <string.h>

#include "service/access.h"

#include <dacheng/kernel/v1/admin.pb-c.h>

/* --- maker
 * ---------------------------------------------------------------------------------------- */
enum { ADD_ONE, READ_ONE, SLEEP, OUTSIDE };
static const struct dc_statement maker_statements[] = {
    {"add_one", "INSERT INTO thing (tenant_id, key, n) VALUES ($1, $2, 1)"
                " ON CONFLICT (tenant_id, key) DO UPDATE SET n = thing.n + 1 RETURNING n::bigint"},
    {"read_one", "SELECT n::bigint FROM thing WHERE key = $1"},
    {"sleep", "SELECT pg_sleep($1::double precision / 1000)::text"},
    {"outside", "SELECT count(*) FROM thing"},
    {NULL, NULL},
};
static const struct dc_migration maker_migrations[] = {
    {"001_thing", "CREATE TABLE thing (tenant_id bigint NOT NULL, key text NOT NULL, n integer NOT"
                  " NULL CHECK (n < 1000000), PRIMARY KEY (tenant_id, key)) WITH (fillfactor = 50);"
                  "ALTER TABLE thing ENABLE ROW LEVEL SECURITY;"
                  "CREATE POLICY tenant ON thing USING"
                  " (tenant_id = current_setting('dacheng.tenant')::bigint)"},
    {NULL, NULL},
};

DC_HANDLER(make, Kernel__RedriveRequest, Kernel__RedriveResponse)
{
    dc_step_subject(step, "thing/%s", request->key);
    if (request->partition != 0) {
        DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), request->partition, error));
    }
    int64_t tenant_id = step->context->tenant_id;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &maker_statements[ADD_ONE], &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(request->key)));
    response->events = (int32_t)dc_rows_int64(rows, 0, 0);
    if (request->drop && response->events > 1) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "it is there already");
    }
    Kernel__Parked event = KERNEL__PARKED__INIT;
    event.key = request->key;
    event.number = response->events;
    event.stream = request->stream;
    dc_emit(step, tenant_id, request->key, &event.base);
    return DC_OK;
}

DC_HANDLER(look, Kernel__RedriveRequest, Kernel__RedriveResponse)
{
    dc_step_subject(step, "thing/%s", request->key);
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR) | DC_ROLE(EMPLOYEE), error));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &maker_statements[READ_ONE], &rows, error, dc_p_text(request->key)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "key", "there is no thing %s", request->key);
    }
    response->events = (int32_t)dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

/* A failure whose words are not for outside. */
DC_HANDLER(break_it, Kernel__RedriveRequest, Kernel__RedriveResponse)
{
    return dc_fail(error, DC_INTERNAL, "the secret is %s", request->key);
}

DC_HANDLER(slow, Kernel__RedriveRequest, Kernel__RedriveResponse)
{
    return dc_db_run(step->db, &maker_statements[SLEEP], NULL, error,
                     dc_p_int64(request->partition));
}

/* Makes its own transactions. */
DC_HANDLER(outside, Kernel__RedriveRequest, Kernel__RedriveResponse)
{
    for (int i = 0; i < 2; i++) {
        DC_TRY(dc_step_begin(step, step->context->tenant_id, error));
        DC_TRY(make_typed(step, request, response, error));
        DC_TRY(dc_step_commit(step, error));
    }
    return DC_OK;
}

#define METHOD(name)                                                                               \
    {                                                                                              \
        name, &kernel__redrive_request__descriptor, &kernel__redrive_response__descriptor          \
    }
static const ProtobufCMethodDescriptor maker_rpc[] = {
    METHOD("Make"), METHOD("Look"), METHOD("Break"), METHOD("Slow"), METHOD("Outside")};
static const unsigned maker_by_name[] = {2, 1, 0, 4, 3};
static const ProtobufCServiceDescriptor maker_service = {
    PROTOBUF_C__SERVICE_DESCRIPTOR_MAGIC,
    "dacheng.maker.v1.MakerService",
    "MakerService",
    "Maker__MakerService",
    "dacheng.maker.v1",
    5,
    maker_rpc,
    maker_by_name,
};
static const struct dc_method maker_methods[] = {
    {&maker_service, "Make", DC_COMMAND, make, false, false},
    {&maker_service, "Look", DC_QUERY, look, true, false},
    {&maker_service, "Break", DC_QUERY, break_it, false, true},
    {&maker_service, "Slow", DC_QUERY, slow, false, false},
    {&maker_service, "Outside", DC_FREE, outside, false, false},
    {0},
};

const struct dc_service_spec dc_test_maker = {
    .name = "maker",
    .sentence = "makes things, for tests",
    .statements = (const struct dc_statement *const[]){maker_statements, NULL},
    .migrations = maker_migrations,
    .methods = maker_methods,
    .publishes = true,
};

static const struct dc_statement wrong_statements[] = {
    {"wrong_one", "SELECT no_such_column FROM thing"},
    {NULL, NULL},
};
const struct dc_service_spec dc_test_wrong = {
    .name = "wrong",
    .sentence = "has a statement that does not fit its schema, for tests",
    .statements = (const struct dc_statement *const[]){wrong_statements, NULL},
    .migrations = maker_migrations,
    .publishes = true,
};

/* --- taker
 * ---------------------------------------------------------------------------------------- */
enum { IS_POISON, TAKE, BATCH };
static const struct dc_statement taker_statements[] = {
    {"is_poison", "SELECT EXISTS (SELECT FROM poison WHERE key = $1)"},
    {"take", "INSERT INTO taken (tenant_id, key, n, partition, number, epoch, by)"
             " VALUES ($1, $2, $3, $4, $5, $6, pg_backend_pid())"},
    {"batch", "INSERT INTO batch DEFAULT VALUES"},
    {NULL, NULL},
};
/* The primary key finds an event applied twice; the identity, with the numbers of a key in order,
 * one that overtook another. */
static const struct dc_migration taker_migrations[] = {
    {"001_taken",
     "CREATE TABLE taken (tenant_id bigint NOT NULL, key text NOT NULL, n bigint NOT NULL,"
     " partition integer NOT NULL, number bigint NOT NULL, epoch bigint NOT NULL,"
     " by integer NOT NULL, nth bigint GENERATED ALWAYS AS IDENTITY,"
     " PRIMARY KEY (tenant_id, key, n), UNIQUE (partition, number));"
     "ALTER TABLE taken ENABLE ROW LEVEL SECURITY;"
     "CREATE POLICY tenant ON taken USING"
     " (tenant_id = current_setting('dacheng.tenant')::bigint);"
     "CREATE TABLE batch (nth bigint GENERATED ALWAYS AS IDENTITY);"
     "CREATE TABLE poison (key text PRIMARY KEY)"},
    {NULL, NULL},
};

static enum dc_code
on_made(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Kernel__Parked *made = (const Kernel__Parked *)delivery->body;
    const Kernel__Event *event = delivery->event;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &taker_statements[IS_POISON], &rows, error, dc_p_text(made->key)));
    if (dc_rows_bool(rows, 0, 0)) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "%s is poison", made->key);
    }
    DC_TRY(dc_db_run(step->db, &taker_statements[TAKE], NULL, error, dc_p_int64(event->tenant_id),
                     dc_p_text(made->key), dc_p_int64(made->number), dc_p_int64(event->partition),
                     dc_p_int64(event->number), dc_p_int64(event->epoch)));
    Kernel__Parked told = KERNEL__PARKED__INIT;
    told.key = made->key;
    dc_emit(step, event->tenant_id, made->key, &told.base);
    return DC_OK;
}

static enum dc_code
on_batch_end(struct dc_step *step, struct dc_error *error)
{
    return dc_db_run(step->db, &taker_statements[BATCH], NULL, error);
}

const struct dc_service_spec dc_test_taker = {
    .name = "taker",
    .sentence = "takes what maker makes, for tests",
    .statements = (const struct dc_statement *const[]){taker_statements, NULL},
    .migrations = taker_migrations,
    .reactions =
        (const struct dc_reaction[]){
            {"maker", "Parked", &kernel__parked__descriptor, on_made}, DC_ACCESS_REACTIONS, {0}},
    .batch_end = on_batch_end,
    .publishes = true,
};

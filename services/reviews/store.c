/* store.c - forms, measures, rounds. */
#include "store_internal.h"

#include "edge/wire_check.h"

dc_date
store_today(const struct dc_step *step)
{
    return dc_date_of(step->now, DC_ACCESS_UTC_OFFSET);
}

char *
store_text(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(arena, dc_rows_text(rows, row, column));
}

struct dc_bytes
store_pack(struct dc_step *step, const ProtobufCMessage *message)
{
    struct dc_bytes bytes;
    uint8_t *data;
    dc_wire_pack(message, step->arena, &data, &bytes.size);
    bytes.data = data;
    return bytes;
}

enum dc_code
store_unpack(struct dc_step *step, const ProtobufCMessageDescriptor *descriptor,
             const struct dc_rows *rows, size_t row, int column, ProtobufCMessage **ret_message,
             struct dc_error *error)
{
    struct dc_bytes bytes = dc_rows_bytes(rows, row, column);
    *ret_message = protobuf_c_message_unpack(descriptor, dc_arena_allocator(step->arena),
                                             bytes.size, bytes.data);
    return *ret_message ? DC_OK
                        : dc_fail(error, DC_INTERNAL, "a stored %s cannot be read",
                                  descriptor->short_name);
}

/* --- forms ---------------------------------------------------------------------------------------
 */

static enum dc_code
read_form(struct dc_step *step, const struct dc_rows *rows, size_t i, Reviews__Form **ret_form,
          struct dc_error *error)
{
    ProtobufCMessage *message;
    DC_TRY(store_unpack(step, &reviews__form__descriptor, rows, i, 0, &message, error));
    Reviews__Form *form = (Reviews__Form *)message;
    form->id = dc_rows_int64(rows, i, 1);
    form->version = dc_rows_int64(rows, i, 2);
    form->author = store_text(step->arena, rows, i, 3);
    form->changed_at_us = dc_rows_time(rows, i, 4);
    *ret_form = form;
    return DC_OK;
}

enum dc_code
store_forms(struct dc_step *step, Reviews__Form ***ret_forms, size_t *ret_count,
            struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FORM_LIST), &rows, error, TENANT));
    *ret_count = dc_rows_count(rows);
    *ret_forms = DC_NEW_ARRAY(step->arena, Reviews__Form *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        DC_TRY(read_form(step, rows, i, &(*ret_forms)[i], error));
    }
    return DC_OK;
}

enum dc_code
store_form(struct dc_step *step, int64_t id, int64_t version, Reviews__Form **ret_form,
           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FORM_LOAD), &rows, error, TENANT, dc_p_int64(id),
                     dc_p_int64(version)));
    *ret_form = NULL;
    return dc_rows_count(rows) > 0 ? read_form(step, rows, 0, ret_form, error) : DC_OK;
}

static enum dc_code
next_version(struct dc_step *step, int64_t tenant_id, Reviews__Form *form, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *taken = NULL;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FORM_CODE_TAKEN), &taken, error, dc_p_int64(tenant_id),
                     dc_p_int64(form->id), dc_p_text(form->code)));
    if (dc_rows_bool(taken, 0, 0)) {
        return dc_fail_field(error, DC_ALREADY_EXISTS, "form.code", "another form has the code %s",
                             form->code);
    }
    if (form->id == 0) {
        DC_TRY(dc_db_run(step->db, SQL(FORM_ADD), &rows, error, dc_p_int64(tenant_id),
                         dc_p_text(form->code)));
    } else {
        DC_TRY(dc_db_run(step->db, SQL(FORM_CHANGE), &rows, error, dc_p_int64(tenant_id),
                         dc_p_int64(form->id), dc_p_int64(form->version), dc_p_text(form->code)));
    }
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_ABORTED, "form.version",
                             "the form was changed since you looked at it; look again");
    }
    form->version = form->id == 0 ? 1 : dc_rows_int64(rows, 0, 0);
    form->id = form->id == 0 ? dc_rows_int64(rows, 0, 0) : form->id;
    return DC_OK;
}

enum dc_code
store_save_form(struct dc_step *step, int64_t tenant_id, Reviews__Form *form,
                struct dc_error *error)
{
    DC_TRY(next_version(step, tenant_id, form, error));
    form->author = step->context->account;
    form->changed_at_us = step->now;
    struct dc_bytes body = store_pack(step, &form->base);
    return dc_db_run(step->db, SQL(FORM_SAVE_VERSION), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64(form->id), dc_p_int64(form->version),
                     dc_p_bytes(body.data, body.size), dc_p_text(form->author),
                     dc_p_time(step->now));
}

/* --- measures ------------------------------------------------------------------------------------
 */

enum dc_code
store_measures(struct dc_step *step, int64_t tenant_id, const Goals__MeasuresDefined *event,
               struct dc_error *error)
{
    size_t count = event->n_measures, n = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *versions = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    const char **codes = DC_NEW_ARRAY(step->arena, const char *, count + 1);
    const char **names = DC_NEW_ARRAY(step->arena, const char *, count + 1);
    struct dc_decimal *low = DC_NEW_ARRAY(step->arena, struct dc_decimal, count + 1);
    struct dc_decimal *high = DC_NEW_ARRAY(step->arena, struct dc_decimal, count + 1);
    bool *retired = DC_NEW_ARRAY(step->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Goals__Measure *measure = event->measures[i];
        if (measure->of == GOALS__MEASURE_OF__MEASURE_OF_RATING) {
            DC_TRY(dc_decimal_parse(measure->scale_min, &low[n], error));
            DC_TRY(dc_decimal_parse(measure->scale_max, &high[n], error));
            ids[n] = measure->id;
            versions[n] = measure->version;
            codes[n] = measure->code;
            names[n] = measure->name;
            retired[n++] = measure->retired;
        }
    }
    return dc_db_run(step->db, SQL(MEASURES_STORE), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64s(ids, n), dc_p_texts(codes, n), dc_p_texts(names, n),
                     dc_p_decimals(low, n), dc_p_decimals(high, n), dc_p_bools(retired, n),
                     dc_p_int64s(versions, n));
}

enum dc_code
store_list_measures(struct dc_step *step, int64_t id, Reviews__RatingMeasure ***ret_measures,
                    size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(MEASURE_LIST), &rows, error, TENANT, dc_p_int64(id)));
    *ret_count = dc_rows_count(rows);
    *ret_measures = DC_NEW_ARRAY(step->arena, Reviews__RatingMeasure *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__RatingMeasure *m =
            DC_NEW_MESSAGE(step->arena, Reviews__RatingMeasure, reviews__rating_measure__init);
        char text[DC_DECIMAL_TEXT];
        m->id = dc_rows_int64(rows, i, 0);
        m->name = store_text(step->arena, rows, i, 1);
        m->code = store_text(step->arena, rows, i, 2);
        m->scale_min =
            dc_arena_strdup(step->arena, dc_decimal_format(dc_rows_decimal(rows, i, 3), text));
        m->scale_max =
            dc_arena_strdup(step->arena, dc_decimal_format(dc_rows_decimal(rows, i, 4), text));
        (*ret_measures)[i] = m;
    }
    return DC_OK;
}

enum dc_code
store_lock_measure(struct dc_step *step, int64_t measure_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(MEASURE_LOCK), NULL, error, TENANT, dc_p_int64(measure_id));
}

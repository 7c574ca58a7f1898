/* Answers the requests about values that somebody enters by hand. */
#include <inttypes.h>
#include <string.h>

#include "base/bilingual.h"
#include "goals.h"
#include "okr_rights.h"
#include "rights.h"
#include "told.h"

enum { VALUES_MOST = 1000, LIMIT_MOST = 500, LIMIT_USUAL = 100, NOTE_MAX = 500 };

/* The measure of a sheet, and its period as it is written. */
static enum dc_code
open_sheet(struct dc_step *step, int64_t measure_id, const char *period,
           const Goals__Measure **ret_measure, struct store_hand_sheet *ret_sheet,
           struct dc_error *error)
{
    struct definition_measures measures;
    struct dc_period parsed = dc_period_containing(DC_PERIOD_QUARTER, goals_today(step));
    DC_TRY(rights_read_definitions(step, error));
    DC_TRY(store_measures(step, &measures, error));
    const Goals__Measure *measure = definition_measure(&measures, measure_id);
    if (!measure || measure->of != GOALS__MEASURE_OF__MEASURE_OF_HAND) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure_id",
                             "a measure of HAND: the others are not entered by anybody");
    }
    if (period[0] && dc_period_parse(period, &parsed, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a year, quarter or month such as 2026, 2026Q4, 2026-11");
    }
    char *name = dc_arena_alloc(step->arena, DC_PERIOD_TEXT);
    dc_period_format(&parsed, name);
    *ret_measure = measure;
    *ret_sheet = (struct store_hand_sheet){.measure_id = measure_id, .period = name};
    return DC_OK;
}

/* --- the sheet ----------------------------------------------------------------------------------
 */

/* Units whose rows the caller may see: all for those who enter for everybody. */
static void
set_reach(struct dc_arena *arena, const struct okr_rights *rights, const Goals__Measure *measure,
          struct store_hand_wanted *wanted)
{
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, rights->unit_count + 1);
    for (size_t i = 0; i < rights->unit_count; i++) {
        if (rights->units[i].reads || rights->units[i].supervises) {
            units[wanted->unit_count++] = rights->units[i].id;
        }
    }
    wanted->units = units;
    wanted->everything =
        rights->reads_all || rights->supervises_all || okr_is_enterer(rights, measure);
}

static enum dc_code
choose_unit(struct dc_step *step, struct store_hand_wanted *wanted, struct dc_error *error)
{
    struct dc_access_reach reach = {
        .all = wanted->everything, .units = wanted->units, .unit_count = wanted->unit_count};
    if (wanted->unit_id == 0) {
        DC_TRY(store_highest_unit(step, goals_today(step), &reach, &wanted->unit_id, error));
    }
    bool within = wanted->everything;
    for (size_t i = 0; i < wanted->unit_count; i++) {
        within |= wanted->units[i] == wanted->unit_id;
    }
    struct store_place unit = {.kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT, .id = wanted->unit_id};
    return within && wanted->unit_id != 0 ? DC_OK : okr_deny(step, &unit, error);
}

DC_HANDLER(goals_list_hand_values, Goals__ListHandValuesRequest, Goals__ListHandValuesResponse)
{
    struct okr_rights rights;
    const Goals__Measure *measure;
    struct store_place *owners;
    bool unit = request->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    struct store_hand_wanted wanted = {.unit_id = request->unit_id,
                                       .kind = unit ? GOALS__OWNER_KIND__OWNER_KIND_UNIT
                                                    : GOALS__OWNER_KIND__OWNER_KIND_PERSON,
                                       .entered_only = request->entered_only,
                                       .limit = request->limit ? request->limit : LIMIT_USUAL,
                                       .offset = request->offset};
    if (wanted.limit < 1 || wanted.limit > LIMIT_MOST || wanted.offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d rows", LIMIT_MOST);
    }
    DC_TRY(open_sheet(step, request->measure_id, request->period, &measure, &wanted.sheet, error));
    DC_TRY(okr_rights_load(step, &rights, error));
    set_reach(step->arena, &rights, measure, &wanted);
    DC_TRY(choose_unit(step, &wanted, error));
    DC_TRY(store_hand_rows(step, &wanted, response, &owners, error));
    for (size_t i = 0; i < response->n_rows; i++) {
        response->rows[i]->may_enter =
            !measure->retired && okr_may_enter(&rights, measure, &owners[i]);
        response->may_enter |= response->rows[i]->may_enter;
    }
    response->period = (char *)wanted.sheet.period;
    return DC_OK;
}

DC_HANDLER(goals_list_hand_history, Goals__ListHandHistoryRequest, Goals__ListHandHistoryResponse)
{
    struct okr_rights rights;
    const Goals__Measure *measure;
    struct store_hand_sheet sheet;
    struct store_place owner = {.kind = request->owner_kind, .id = request->owner_id};
    DC_TRY(open_sheet(step, request->measure_id, request->period, &measure, &sheet, error));
    DC_TRY(okr_rights_load(step, &rights, error));
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    if (!okr_may_read(&rights, &owner) && !okr_may_enter(&rights, measure, &owner)) {
        return okr_deny(step, &owner, error);
    }
    return store_hand_history(step, &sheet, owner.kind, owner.id, &response->versions,
                              &response->n_versions, error);
}

/* --- entering -----------------------------------------------------------------------------------
 */

static Goals__RejectedValue *
reject(struct dc_arena *arena, size_t row, const Goals__HandValue *value, const char *field,
       struct dc_bilingual reason)
{
    Goals__RejectedValue *rejected =
        DC_NEW_MESSAGE(arena, Goals__RejectedValue, goals__rejected_value__init);
    rejected->row = (int32_t)row + 1;
    rejected->owner = value->owner_code[0] ? value->owner_code
                                           : dc_arena_printf(arena, "%" PRId64, value->owner_id);
    rejected->field = (char *)field;
    rejected->reason_zh = (char *)reason.zh;
    rejected->reason_en = (char *)reason.en;
    return rejected;
}

/* What is wrong with a row; NULL: nothing, and *ret_new is what is to be kept. */
static Goals__RejectedValue *
check_row(struct dc_arena *arena, const struct okr_rights *rights, const Goals__Measure *measure,
          const Goals__HandValue *value, size_t row, const struct store_hand *now,
          struct store_hand *ret_new)
{
    struct store_hand entered = *now;
    const struct dc_decimal limit = DC_DECIMAL_INT(1000000000000);
    if (!now->owner.found || !okr_may_enter(rights, measure, &now->owner)) {
        return reject(arena, row, value, "owner",
                      DC_BILINGUAL("there is nobody by this code for whom you may enter",
                                   "没有这个编码，或您无权为其录入"));
    }
    entered.known = value->value[0] != '\0';
    entered.value = DC_DECIMAL_ZERO;
    if (entered.known && (dc_decimal_parse(value->value, &entered.value, NULL) != DC_OK ||
                          dc_decimal_cmp(entered.value, limit) >= 0 ||
                          dc_decimal_cmp(dc_decimal_neg(entered.value), limit) >= 0)) {
        return reject(arena, row, value, "value",
                      dc_bilingual_printf(
                          arena, "\"%.40s\" is not a number below 10^12 with at most six decimals",
                          "“%.40s”不是数字：要小于 10^12，最多六位小数", value->value));
    }
    if (definition_check_text(value->note, "note", 0, NOTE_MAX, NULL) != DC_OK) {
        return reject(arena, row, value, "note",
                      DC_BILINGUAL("at most 500 characters, without control characters",
                                   "最多 500 字，不含控制字符"));
    }
    entered.note = value->note;
    entered.version = now->version + 1;
    *ret_new = entered;
    return NULL;
}

/* Is the owner named by an earlier row, too? */
static bool
is_repeated(const struct store_hand *owners, size_t row)
{
    for (size_t i = 0; i < row; i++) {
        if (owners[i].owner.found && owners[i].owner.kind == owners[row].owner.kind &&
            owners[i].owner.id == owners[row].owner.id) {
            return true;
        }
    }
    return false;
}

static bool
is_same(const struct store_hand *a, const struct store_hand *b)
{
    return a->version > 0 && a->known == b->known && dc_decimal_cmp(a->value, b->value) == 0 &&
           strcmp(a->note, b->note) == 0;
}

/* Splits the rows into what is wrong, what is new and what is as it was. */
static enum dc_code
sort_rows(struct dc_step *step, const struct okr_rights *rights, const Goals__Measure *measure,
          const Goals__EnterValuesRequest *request, const struct store_hand *owners,
          struct store_hand *ret_fresh, size_t *ret_count, Goals__EnterValuesResponse *response,
          struct dc_error *error)
{
    response->rejected = DC_NEW_ARRAY(step->arena, Goals__RejectedValue *, request->n_values);
    for (size_t i = 0; i < request->n_values; i++) {
        const Goals__HandValue *value = request->values[i];
        struct store_hand fresh;
        Goals__RejectedValue *wrong =
            check_row(step->arena, rights, measure, value, i, &owners[i], &fresh);
        if (!wrong && is_repeated(owners, i)) {
            wrong = reject(step->arena, i, value, "owner",
                           DC_BILINGUAL("stands there twice", "重复出现"));
        }
        if (wrong) {
            response->rejected[response->n_rejected++] = wrong;
            continue;
        }
        if (value->expected_version != 0 && value->expected_version != owners[i].version) {
            char field[DC_ERROR_FIELD_MAX];
            snprintf(field, sizeof field, "values[%zu].expected_version", i);
            return dc_fail_field(error, DC_ABORTED, field, "the value of %s has been changed since",
                                 owners[i].owner.name);
        }
        if (is_same(&owners[i], &fresh)) {
            response->unchanged++;
        } else {
            ret_fresh[(*ret_count)++] = fresh;
        }
    }
    return DC_OK;
}

static char *
decimal(struct dc_arena *arena, struct dc_decimal value)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(arena, dc_decimal_format(value, text));
}

static enum dc_code
tell(struct dc_step *step, const struct store_hand_sheet *sheet, const struct store_hand *fresh,
     size_t count, struct dc_error *error)
{
    const char *name;
    DC_TRY(store_person_name(step, step->context->person_id, &name, error));
    struct told *told = told_new(step);
    for (size_t i = 0; i < count; i++) {
        Goals__ActualTold *a =
            DC_NEW_MESSAGE(step->arena, Goals__ActualTold, goals__actual_told__init);
        Goals__HandDetail *detail =
            DC_NEW_MESSAGE(step->arena, Goals__HandDetail, goals__hand_detail__init);
        a->measure_id = sheet->measure_id;
        a->owner_kind = fresh[i].owner.kind;
        a->owner_id = fresh[i].owner.id;
        a->period = (char *)sheet->period;
        a->numerator = decimal(step->arena, fresh[i].value);
        a->denominator = fresh[i].known ? (char *)"1" : (char *)"0";
        a->version = fresh[i].version;
        a->entries = 1;
        detail->value = fresh[i].known ? a->numerator : (char *)"";
        detail->note = (char *)fresh[i].note;
        detail->author = (char *)store_author(step);
        detail->author_name = (char *)name;
        detail->at_us = step->now;
        a->hand = detail;
        told_add(told, a);
    }
    told_end(told);
    return DC_OK;
}

DC_HANDLER(goals_enter_values, Goals__EnterValuesRequest, Goals__EnterValuesResponse)
{
    struct okr_rights rights;
    const Goals__Measure *measure;
    struct store_hand_sheet sheet;
    struct store_hand *owners;
    size_t count = 0;
    if (request->n_values < 1 || request->n_values > VALUES_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "values", "1 to %d values", VALUES_MOST);
    }
    DC_TRY(open_sheet(step, request->measure_id, request->period, &measure, &sheet, error));
    if (measure->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure_id", "%s is retired",
                             measure->code);
    }
    DC_TRY(okr_rights_load(step, &rights, error));
    DC_TRY(store_lock_measure(step, measure->id, error));
    DC_TRY(store_hand_owners(step, &sheet, request->values, request->n_values, &owners, error));
    struct store_hand *fresh = DC_NEW_ARRAY(step->arena, struct store_hand, request->n_values);
    DC_TRY(sort_rows(step, &rights, measure, request, owners, fresh, &count, response, error));
    response->changed = (int32_t)count;
    if (response->n_rejected > 0 || request->check_only) {
        return DC_OK;
    }
    if (count > 0) {
        DC_TRY(store_hand_add(step, &sheet, fresh, count, error));
        DC_TRY(tell(step, &sheet, fresh, count, error));
    }
    response->written = true;
    return DC_OK;
}

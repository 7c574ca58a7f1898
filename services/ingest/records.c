/* From a number to the very records that it stands on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "store.h"

enum {
    HEADS = DC_ROLE(TEAM_LEAD) | DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT),
    READERS = HEADS | DC_ROLE(SUPERVISOR) | DC_ROLE(BOSS),
    PEOPLE = READERS | DC_ROLE(EMPLOYEE),
    LIMIT_MAX = 500,
};

static enum dc_code
may_read(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id, struct dc_error *error)
{
    if (kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
        dc_step_subject(step, "unit/%" PRId64, owner_id);
        return dc_access_unit(step, READERS, owner_id, error);
    }
    dc_step_subject(step, "person/%" PRId64, owner_id);
    if (owner_id != 0 && owner_id == step->context->person_id) {
        return dc_access_role(step, PEOPLE, error);
    }
    return dc_access_person(step, READERS, owner_id, error);
}

static enum dc_code
parse_page(const char *page, struct store_wanted *wanted, struct dc_error *error)
{
    wanted->before_on = INT32_MAX;
    wanted->before_id = INT64_MAX;
    if (*page == '\0') {
        return DC_OK;
    }
    char day[DC_DATE_TEXT];
    size_t length = strlen(page);
    if (length > DC_DATE_TEXT && length < 40 && page[DC_DATE_TEXT - 1] == '_') {
        memcpy(day, page, DC_DATE_TEXT - 1);
        day[DC_DATE_TEXT - 1] = '\0';
        if (dc_date_parse(day, &wanted->before_on, error) == DC_OK &&
            dc_parse_int64(page + DC_DATE_TEXT, &wanted->before_id, error) == DC_OK) {
            return DC_OK;
        }
    }
    return dc_fail_field(error, DC_INVALID_ARGUMENT, "page",
                         "give next_page of the answer before, or nothing");
}

static enum dc_code
check_request(const Ingest__ListRecordsRequest *request, struct store_wanted *wanted,
              struct dc_error *error)
{
    struct dc_period period;
    if (request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT &&
        request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "owner_kind", "a unit or a person");
    }
    if (dc_period_parse(request->period, &period, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a year, quarter or month: 2026, 2026Q4, 2026-11");
    }
    if (request->limit < 0 || request->limit > LIMIT_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", LIMIT_MAX);
    }
    *wanted = (struct store_wanted){.owner_kind = request->owner_kind,
                                    .owner_id = request->owner_id,
                                    .first = period.first,
                                    .last = period.last,
                                    .limit = request->limit ? request->limit : 50};
    return parse_page(request->page, wanted, error);
}

/* The measure with its total as it stands; sets which series' records are wanted. */
static enum dc_code
take_measure(struct dc_step *step, const Ingest__ListRecordsRequest *request,
             struct store_wanted *wanted, Ingest__ListRecordsResponse *response,
             struct dc_error *error)
{
    struct book *book = DC_NEW(step->arena, struct book);
    DC_TRY(store_book(step, book, error));
    size_t m = 0;
    while (m < book->measure_count && book->measures[m].body->id != request->measure_id) {
        m++;
    }
    if (m == book->measure_count) {
        return dc_fail_field(error, DC_NOT_FOUND, "measure_id", "there is no measure %" PRId64,
                             request->measure_id);
    }
    const struct measure *measure = &book->measures[m];
    response->measure = (Goals__Measure *)measure->body;
    int series = request->denominator ? measure->lower : measure->upper;
    if (series < 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "denominator",
                             "only a ratio has records below the line");
    }
    wanted->series = &book->series[series];
    if (!measure_is_ready(book, measure)) {
        return DC_OK; /* still being counted: its records can be seen, its total not yet */
    }
    struct tally_owner owner = {.id = request->owner_id,
                                .kind = (int32_t)request->owner_kind,
                                .period = store_period_number(request->period)};
    struct store_owners owners = {&owner, 1};
    struct sums *sums;
    DC_TRY(store_totals(step, book, &owners, &sums, error));
    response->total = DC_NEW_MESSAGE(step->arena, Ingest__Total, ingest__total__init);
    measure_total(measure, sums, step->arena, response->total);
    response->total->owner_kind = request->owner_kind;
    response->total->owner_id = request->owner_id;
    response->total->period = dc_arena_strdup(step->arena, request->period);
    return DC_OK;
}

DC_HANDLER(ingest_list_records, Ingest__ListRecordsRequest, Ingest__ListRecordsResponse)
{
    struct store_wanted wanted;
    DC_TRY(may_read(step, request->owner_kind, request->owner_id, error));
    DC_TRY(check_request(request, &wanted, error));
    if (request->measure_id != 0) {
        DC_TRY(take_measure(step, request, &wanted, response, error));
    }
    dc_date last_day = 0;
    DC_TRY(store_list_records(step, &wanted, &response->records, &last_day, &response->n_records,
                              error));
    if ((int64_t)response->n_records == wanted.limit) {
        char day[DC_DATE_TEXT];
        dc_date_format(last_day, day);
        response->next_page = dc_arena_printf(step->arena, "%s_%" PRId64, day,
                                              response->records[response->n_records - 1]->id);
    }
    return DC_OK;
}

DC_HANDLER(ingest_get_record, Ingest__GetRecordRequest, Ingest__GetRecordResponse)
{
    dc_step_subject(step, "record/%" PRId64, request->id);
    Ingest__StoredRecord **versions;
    size_t count;
    DC_TRY(store_record_versions(step, request->id, &versions, &count, error));
    if (count == 0) {
        /* Who may not see everything does not learn that it is not there. */
        DC_TRY(dc_access_group(step, READERS, error));
        return dc_fail_field(error, DC_NOT_FOUND, "id", "there is no record %" PRId64, request->id);
    }
    if (may_read(step, GOALS__OWNER_KIND__OWNER_KIND_PERSON, versions[0]->person_id, NULL) !=
        DC_OK) {
        DC_TRY(may_read(step, GOALS__OWNER_KIND__OWNER_KIND_UNIT, versions[0]->unit_id, error));
    }
    response->versions = versions;
    response->n_versions = count;
    return DC_OK;
}

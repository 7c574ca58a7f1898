/*
 * roster.h - people and their posts: reading them from messages, and what makes them valid. Pure.
 */
#ifndef DC_ORG_ROSTER_H
#define DC_ORG_ROSTER_H

#include <dacheng/org/v1/events.pb-c.h>

#include "base/decimal.h"
#include "tree.h"

enum { ORG_POSTS_MAX = 50 };

struct org_post {
    int64_t unit_id;
    const char *position;
    struct dc_decimal share; /* above 0, at most 1 */
    bool main;
    dc_date from;
    dc_date to; /* exclusive, or ORG_OPEN */
};

struct org_person {
    int64_t id;
    const char *code;
    const char *name;
    const char *email;  /* "" = none */
    const char *mobile; /* "" = none */
    int64_t manager_id; /* 0 = none */
    dc_date employed_from;
    dc_date employed_to; /* exclusive, or ORG_OPEN */
    const char *language;
    int64_t version;
    struct org_post *posts;
    size_t post_count;
};

/* Texts of people and units: 1..max characters after trimming was done by the caller, without
 * control characters, without blanks at the ends. `field` names it in the error. */
enum dc_code org_check_text(const char *text, size_t minimum, size_t maximum, const char *field,
                            struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_check_email(const char *text, struct dc_error *error) DC_MUST_CHECK;
/* "2026-11-23"; "" reads as `if_empty`, or is refused when that is INT32_MIN. */
enum dc_code org_read_date(const char *text, dc_date if_empty, const char *field, dc_date *ret_date,
                           struct dc_error *error) DC_MUST_CHECK;
const char *org_write_date(struct dc_arena *arena, dc_date date); /* ORG_OPEN is "" */

/* From and to the message. Reading checks what each field may hold; then org_person_settle. */
enum dc_code org_person_read(struct dc_arena *arena, const Org__Person *message,
                             struct org_person *ret_person, struct dc_error *error) DC_MUST_CHECK;
Org__Person *org_person_write(struct dc_arena *arena, const struct org_person *person);

/* Puts posts in order and, where none is marked as main, marks the first without an end (else the
 * last), and those one after the other before it. */
void org_posts_mark_main(struct org_post *posts, size_t count);

/* Puts the posts in order, sees to the main one, ends open posts with the employment, and judges
 * the person by itself: posts within the employment, no two main posts on a day, shares of at most
 * 1 on any day. */
enum dc_code org_person_settle(struct org_person *person, struct dc_error *error) DC_MUST_CHECK;
/* Equal in all that is stored, version aside. */
bool org_person_equal(const struct org_person *a, const struct org_person *b);

/* The posts against the days of their units. */
struct org_span {
    int64_t unit_id;
    const char *code;
    dc_date starts;
    dc_date ends;
};
enum dc_code org_person_check_units(const struct org_person *person, const struct org_span *spans,
                                    size_t span_count /* by unit_id */,
                                    struct dc_error *error) DC_MUST_CHECK;

/* Everybody's manager: exists, is not himself, and nobody is above himself. `ids` ascending. Adds
 * a problem for each person in a circle or with an unknown manager. */
void org_check_managers(const int64_t *ids, const int64_t *managers, size_t count,
                        struct org_problems *problems);

#endif

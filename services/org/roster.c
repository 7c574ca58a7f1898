/* roster.c - reading and judging people. */
#include "roster.h"

#include <ctype.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"

/* --- texts and dates ----------------------------------------------------------------------- */
enum dc_code
org_check_text(const char *text, size_t minimum, size_t maximum, const char *field,
               struct dc_error *error)
{
    size_t bytes = strlen(text);
    size_t length = dc_utf8_length(text, bytes);
    if (length < minimum || length > maximum) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "has %zu characters; %zu to %zu are allowed", length, minimum,
                             maximum);
    }
    for (size_t i = 0; i < bytes; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "holds a control character");
        }
    }
    if (bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' ')) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "begins or ends with a blank");
    }
    return DC_OK;
}

/* As strict as mail needs it: one '@', no blanks, brackets or quotes that could change a header. */
enum dc_code
org_check_email(const char *text, struct dc_error *error)
{
    if (*text == '\0') {
        return DC_OK;
    }
    DC_TRY(org_check_text(text, 3, 254, "email", error));
    const char *at = strchr(text, '@');
    bool whole = at && at != text && at[1] != '\0' && !strchr(at + 1, '@') && at - text <= 64 &&
                 strpbrk(text, " <>()[],;:\\\"") == NULL;
    for (const char *c = text; whole && *c; c++) {
        whole = (unsigned char)*c < 0x80;
    }
    if (!whole) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "email",
                             "is not a mail address; name@host is expected");
    }
    return DC_OK;
}

static enum dc_code
check_mobile(const char *text, struct dc_error *error)
{
    size_t length = strlen(text);
    if (length > 20 || strspn(text, "0123456789+- ") != length) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "mobile",
                             "is not a telephone number: at most 20 of digits, '+', '-', blank");
    }
    return DC_OK;
}

enum dc_code
org_read_date(const char *text, dc_date if_empty, const char *field, dc_date *ret_date,
              struct dc_error *error)
{
    if (*text == '\0' && if_empty != INT32_MIN) {
        *ret_date = if_empty;
        return DC_OK;
    }
    dc_date date;
    if (dc_date_parse(text, &date, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "is not a date; 2026-11-23 is the form");
    }
    *ret_date = date;
    return DC_OK;
}

const char *
org_write_date(struct dc_arena *arena, dc_date date)
{
    if (date == ORG_OPEN) {
        return "";
    }
    char *text = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date_format(date, text);
    return text;
}

/* --- from and to the message --------------------------------------------------------------- */
static enum dc_code
read_post(const Org__Post *message, dc_date employed_from, struct org_post *ret_post,
          struct dc_error *error)
{
    struct org_post post = {.unit_id = message->unit_id, .position = message->position};
    if (post.unit_id <= 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "unit_id", "names no unit");
    }
    DC_TRY(org_check_text(post.position, 1, 40, "position", error));
    if (*message->share == '\0') {
        post.share = DC_DECIMAL_INT(1);
    } else if (dc_decimal_parse(message->share, &post.share, NULL) != DC_OK ||
               dc_decimal_sign(post.share) <= 0 ||
               dc_decimal_cmp(post.share, DC_DECIMAL_INT(1)) > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "share",
                             "must be a number above 0 and at most 1");
    }
    post.main = message->main;
    DC_TRY(org_read_date(message->valid_from, employed_from, "valid_from", &post.from, error));
    DC_TRY(org_read_date(message->valid_to, ORG_OPEN, "valid_to", &post.to, error));
    *ret_post = post;
    return DC_OK;
}

/* Puts "posts[3]." before the field that an inner check named. */
static enum dc_code
within(struct dc_error *error, const char *path, size_t index)
{
    if (error) {
        char field[DC_ERROR_FIELD_MAX];
        int length = snprintf(field, sizeof(field), "%s[%zu].%s", path, index, error->field);
        if (length > 0 && (size_t)length < sizeof(field)) {
            memcpy(error->field, field, (size_t)length + 1);
        }
    }
    return error ? error->code : DC_INVALID_ARGUMENT;
}

enum dc_code
org_person_read(struct dc_arena *arena, const Org__Person *message, struct org_person *ret_person,
                struct dc_error *error)
{
    struct org_person person = {
        .id = message->id,
        .code = message->code,
        .name = message->name,
        .email = message->email,
        .mobile = message->mobile,
        .manager_id = message->manager_id,
        .language = *message->language ? message->language : "zh-CN",
        .version = message->version,
        .post_count = message->n_posts,
    };
    DC_TRY(org_check_text(person.code, 1, 40, "code", error));
    DC_TRY(org_check_text(person.name, 1, 100, "name", error));
    DC_TRY(org_check_email(person.email, error));
    DC_TRY(check_mobile(person.mobile, error));
    if (strcmp(person.language, "zh-CN") != 0 && strcmp(person.language, "en") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "language", "must be zh-CN or en");
    }
    DC_TRY(org_read_date(message->employed_from, INT32_MIN, "employed_from", &person.employed_from,
                         error));
    DC_TRY(
        org_read_date(message->employed_to, ORG_OPEN, "employed_to", &person.employed_to, error));
    if (message->n_posts > ORG_POSTS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "posts", "are %zu; at most %d are allowed",
                             message->n_posts, ORG_POSTS_MAX);
    }
    person.posts = DC_NEW_ARRAY(arena, struct org_post, person.post_count);
    for (size_t i = 0; i < person.post_count; i++) {
        if (read_post(message->posts[i], person.employed_from, &person.posts[i], error) != DC_OK) {
            return within(error, "posts", i);
        }
    }
    DC_TRY(org_person_settle(&person, error));
    *ret_person = person;
    return DC_OK;
}

Org__Person *
org_person_write(struct dc_arena *arena, const struct org_person *person)
{
    Org__Person *message = DC_NEW_MESSAGE(arena, Org__Person, org__person__init);
    message->id = person->id;
    message->code = (char *)person->code;
    message->name = (char *)person->name;
    message->email = (char *)person->email;
    message->mobile = (char *)person->mobile;
    message->manager_id = person->manager_id;
    message->employed_from = (char *)org_write_date(arena, person->employed_from);
    message->employed_to = (char *)org_write_date(arena, person->employed_to);
    message->language = (char *)person->language;
    message->version = person->version;
    message->n_posts = person->post_count;
    message->posts = DC_NEW_ARRAY(arena, Org__Post *, person->post_count);
    for (size_t i = 0; i < person->post_count; i++) {
        const struct org_post *post = &person->posts[i];
        Org__Post *out = DC_NEW_MESSAGE(arena, Org__Post, org__post__init);
        char share[DC_DECIMAL_TEXT];
        out->unit_id = post->unit_id;
        out->position = (char *)post->position;
        out->share = dc_arena_strdup(arena, dc_decimal_format(post->share, share));
        out->main = post->main;
        out->valid_from = (char *)org_write_date(arena, post->from);
        out->valid_to = (char *)org_write_date(arena, post->to);
        message->posts[i] = out;
    }
    return message;
}

/* --- judgement ----------------------------------------------------------------------------- */
static int
compare_posts(const void *a, const void *b)
{
    const struct org_post *left = a, *right = b;
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    if (left->main != right->main) {
        return left->main ? -1 : 1;
    }
    int share = dc_decimal_cmp(right->share, left->share); /* the larger first */
    if (share != 0) {
        return share;
    }
    if (left->unit_id != right->unit_id) {
        return left->unit_id < right->unit_id ? -1 : 1;
    }
    return strcmp(left->position, right->position);
}

void
org_posts_mark_main(struct org_post *posts, size_t count)
{
    struct org_post *found = NULL;
    if (count > 1) {
        qsort(posts, count, sizeof(*posts), compare_posts);
    }
    for (size_t i = 0; i < count; i++) {
        if (posts[i].main) {
            return;
        }
        if (!found || (found->to != ORG_OPEN && posts[i].to > found->to)) {
            found = &posts[i];
        }
    }
    /* Earlier posts, one after the other, were main in their time too. */
    dc_date until = found ? found->from : 0;
    for (size_t i = count; found && i > 0; i--) {
        struct org_post *post = &posts[i - 1];
        if (post == found || post->to <= until) {
            post->main = true;
            until = post->from;
        }
    }
}

static enum dc_code
check_overlaps(const struct org_person *person, struct dc_error *error)
{
    for (size_t i = 0; i < person->post_count; i++) {
        const struct org_post *post = &person->posts[i];
        struct dc_decimal shares = DC_DECIMAL_ZERO;
        /* The sum can only grow on a day when a post begins: look at those days. */
        for (size_t j = 0; j < person->post_count; j++) {
            const struct org_post *other = &person->posts[j];
            bool overlaps = other->from <= post->from && other->to > post->from;
            if (overlaps && i != j && post->main && other->main) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, "posts", "two main posts overlap");
            }
            if (overlaps && i > j && post->unit_id == other->unit_id &&
                strcmp(post->position, other->position) == 0) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, "posts",
                                     "the same post is there twice");
            }
            if (overlaps) {
                shares = dc_decimal_add(shares, other->share);
            }
        }
        if (dc_decimal_cmp(shares, DC_DECIMAL_INT(1)) > 0) {
            char sum[DC_DECIMAL_TEXT], day[DC_DATE_TEXT];
            dc_date_format(post->from, day);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "posts",
                                 "the shares add up to %s on %s; at most 1 is allowed",
                                 dc_decimal_format(shares, sum), day);
        }
    }
    return DC_OK;
}

enum dc_code
org_person_settle(struct org_person *person, struct dc_error *error)
{
    if (person->employed_to <= person->employed_from) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "employed_to",
                             "must be after employed_from (it is the first day without the "
                             "person)");
    }
    for (size_t i = 0; i < person->post_count; i++) {
        struct org_post *post = &person->posts[i];
        if (post->to == ORG_OPEN) {
            post->to = person->employed_to;
        }
        if (post->from < person->employed_from || post->to > person->employed_to ||
            post->to <= post->from) {
            char from[DC_DATE_TEXT], to[DC_DATE_TEXT] = "open";
            dc_date_format(person->employed_from, from);
            if (person->employed_to != ORG_OPEN) {
                dc_date_format(person->employed_to, to);
            }
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "posts",
                                 "a post must end after it begins, within the employment (%s to "
                                 "%s)",
                                 from, to);
        }
    }
    org_posts_mark_main(person->posts, person->post_count);
    return check_overlaps(person, error);
}

bool
org_person_equal(const struct org_person *a, const struct org_person *b)
{
    bool equal = strcmp(a->code, b->code) == 0 && strcmp(a->name, b->name) == 0 &&
                 strcmp(a->email, b->email) == 0 && strcmp(a->mobile, b->mobile) == 0 &&
                 strcmp(a->language, b->language) == 0 && a->manager_id == b->manager_id &&
                 a->employed_from == b->employed_from && a->employed_to == b->employed_to &&
                 a->post_count == b->post_count;
    for (size_t i = 0; equal && i < a->post_count; i++) {
        const struct org_post *x = &a->posts[i], *y = &b->posts[i];
        equal = x->unit_id == y->unit_id && strcmp(x->position, y->position) == 0 &&
                dc_decimal_cmp(x->share, y->share) == 0 && x->main == y->main &&
                x->from == y->from && x->to == y->to;
    }
    return equal;
}

enum dc_code
org_person_check_units(const struct org_person *person, const struct org_span *spans,
                       size_t span_count, struct dc_error *error)
{
    for (size_t i = 0; i < person->post_count; i++) {
        const struct org_post *post = &person->posts[i];
        size_t low = 0, high = span_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (spans[middle].unit_id < post->unit_id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == span_count || spans[low].unit_id != post->unit_id) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "unit_id", "there is no such unit");
        }
        const struct org_span *span = &spans[low];
        if (post->from < span->starts || post->to > span->ends) {
            char from[DC_DATE_TEXT], to[DC_DATE_TEXT] = DC_WORDS("open");
            dc_date_format(span->starts, from);
            if (span->ends != ORG_OPEN) {
                dc_date_format(span->ends, to);
            }
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "unit_id",
                                 "the unit %s does not exist on all days of the post (it is valid "
                                 "from %s to %s)",
                                 span->code, from, to);
        }
    }
    return DC_OK;
}

/* --- who reports to whom ------------------------------------------------------------------- */
static size_t
find_id(const int64_t *ids, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && ids[low] == id ? low : SIZE_MAX;
}

void
org_check_managers(const int64_t *ids, const int64_t *managers, size_t count,
                   struct org_problems *problems)
{
    /* 0 = not seen; otherwise the climb (from 1) that came by: meeting one's own climb again is a
     * circle, meeting an older one is known ground. Every person is passed once. */
    size_t *climb = DC_NEW_ARRAY(problems->arena, size_t, count);
    for (size_t start = 0; start < count; start++) {
        size_t at = start;
        while (at != SIZE_MAX && climb[at] == 0) {
            climb[at] = start + 1;
            if (managers[at] == 0) {
                break;
            }
            size_t above = find_id(ids, count, managers[at]);
            if (above == SIZE_MAX) {
                org_problems_add(problems, ids[at], "manager_id", "there is no such person");
                break;
            }
            if (climb[above] == start + 1) {
                org_problems_add(
                    problems, ids[at], "manager_id",
                    at == above ? DC_WORDS("nobody is his own superior")
                                : DC_WORDS("the superior reports, in the end, to this person"));
                break;
            }
            at = above;
        }
    }
}

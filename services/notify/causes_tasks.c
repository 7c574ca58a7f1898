/* causes_tasks.c - from what workflow tells of tasks to notices for those who can decide. */
#include <dacheng/workflow/v1/events.pb-c.h>

#include "base/text.h"
#include "handlers.h"

/* The tasks of an event, what its notices say of it, and the notices gathered so far. */
struct work {
    struct dc_step *step;
    int64_t tenant_id;
    struct notify_house house;
    Workflow__Task *const *tasks;
    size_t task_count;
    const char *reason; /* or NULL */
    const char *by;     /* name of who did it, or NULL */
    struct notify_post *posts;
    size_t count;
    dc_time deadline; /* the earliest that is still to come; 0 = none */
};

static size_t
seats_in_all(Workflow__Task *const *tasks, size_t count)
{
    size_t seats = 0;
    for (size_t i = 0; i < count; i++) {
        seats += tasks[i]->n_seats;
    }
    return seats;
}

static enum dc_code
begin_work(struct dc_step *step, const struct dc_delivery *delivery, Workflow__Task *const *tasks,
           size_t count, struct work *work, struct dc_error *error)
{
    *work = (struct work){
        .step = step,
        .tenant_id = delivery->event->tenant_id,
        .tasks = tasks,
        .task_count = count,
        /* a seat makes two at most: for its holder and its owner */
        .posts = DC_NEW_ARRAY(step->arena, struct notify_post, 2 * seats_in_all(tasks, count)),
    };
    return notify_store_house(step, work->tenant_id, notify_settings_of(step), &work->house, error);
}

/* In-app is always on. A robot is whichever the tenant has turned on. */
static unsigned
channels_of(const Workflow__Channel *channels, size_t count)
{
    unsigned bits = 0;
    for (size_t i = 0; i < count; i++) {
        switch (channels[i]) {
        case WORKFLOW__CHANNEL__CHANNEL_MAIL:
            bits |= NOTIFY_CHANNEL_BIT(MAIL);
            break;
        case WORKFLOW__CHANNEL__CHANNEL_SMS:
            bits |= NOTIFY_CHANNEL_BIT(SMS);
            break;
        case WORKFLOW__CHANNEL__CHANNEL_ROBOT:
            bits |= NOTIFY_CHANNEL_BIT(DINGTALK) | NOTIFY_CHANNEL_BIT(WECOM) |
                    NOTIFY_CHANNEL_BIT(FEISHU);
            break;
        default:
            break;
        }
    }
    return bits;
}

/* "11-25 18:00" where the tenant is. */
static const char *
due_text(struct dc_arena *arena, dc_time due, int32_t utc_offset_s)
{
    if (due == 0) {
        return "";
    }
    int year, month, day;
    dc_date date = dc_date_of(due, utc_offset_s);
    int64_t minute = (due - dc_time_of_date(date, utc_offset_s)) / (60 * (int64_t)DC_SECOND);
    dc_date_to_civil(date, &year, &month, &day);
    return dc_arena_printf(arena, "%02d-%02d %02d:%02d", month, day, (int)(minute / 60),
                           (int)(minute % 60));
}

static const char *
task_params(const struct work *work, const Workflow__Task *task, const Workflow__Seat *seat)
{
    struct dc_arena *arena = work->step->arena;
    struct notify_gather gather = {0};
    notify_gather_add(&gather, "task", dc_arena_printf(arena, "%lld", (long long)task->id));
    notify_gather_add(&gather, "stage", task->stage_name);
    notify_gather_add(&gather, "stage.en", task->stage_name_en);
    notify_gather_add(&gather, "subject", task->subject_name);
    notify_gather_add(&gather, "cycle", task->cycle_name);
    notify_gather_add(&gather, "period", task->period);
    notify_gather_add(&gather, "due", due_text(arena, task->due_at_us, work->house.utc_offset_s));
    notify_gather_add(&gather, "due_reason", task->due_reason_zh);
    notify_gather_add(&gather, "due_reason.en", task->due_reason_en);
    notify_gather_add(&gather, "owner", seat->owner_name);
    notify_gather_add(&gather, "holder", seat->holder_name);
    notify_gather_add(&gather, "reason", work->reason);
    notify_gather_add(&gather, "by", work->by);
    return notify_gather_json(arena, &gather);
}

static void
post(struct work *work, const Workflow__Task *task, const Workflow__Seat *seat,
     const char *template_name, int64_t person_id, const char *cause, bool calls)
{
    dc_time due = task->due_at_us;
    if (due > work->step->now && (work->deadline == 0 || due < work->deadline)) {
        work->deadline = due;
    }
    work->posts[work->count++] = (struct notify_post){
        .person_id = person_id,
        .cause = cause,
        .template_name = template_name,
        .params = task_params(work, task, seat),
        .fold = dc_arena_printf(work->step->arena, "%s/%lld/%s", template_name,
                                (long long)task->cycle_id, task->stage),
        .task_id = calls ? task->id : 0,
    };
}

static bool
is_open(const Workflow__Task *task, const Workflow__Seat *seat)
{
    return task->state == WORKFLOW__TASK_STATE__TASK_STATE_OPEN &&
           seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN && seat->holder_id != 0;
}

static enum dc_code
send(struct work *work, unsigned channels, struct dc_error *error)
{
    struct notify_way way = {channels, work->deadline};
    return notify_post(work->step, work->tenant_id, &way, work->posts, work->count, error);
}

/* Whoever holds no open seat of these tasks any more need not be called to them: what was not sent
 * is not, what stands in the inbox is read. */
static enum dc_code
make_moot(const struct work *work, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    size_t seats = seats_in_all(work->tasks, work->task_count), open = 0, count = 0;
    int64_t *tasks = DC_NEW_ARRAY(arena, int64_t, work->task_count);
    int64_t *open_tasks = DC_NEW_ARRAY(arena, int64_t, seats);
    int64_t *holders = DC_NEW_ARRAY(arena, int64_t, seats);
    const int64_t *people = NULL;
    for (size_t i = 0; i < work->task_count; i++) {
        const Workflow__Task *task = work->tasks[i];
        tasks[i] = task->id;
        for (size_t k = 0; k < task->n_seats; k++) {
            if (is_open(task, task->seats[k])) {
                open_tasks[open] = task->id;
                holders[open++] = task->seats[k]->holder_id;
            }
        }
    }
    DC_TRY(notify_store_moot(work->step, work->tenant_id, tasks, work->task_count, open_tasks,
                             holders, open, &people, &count, error));
    notify_tell_posted(work->step, work->tenant_id, "", people, count);
    return DC_OK;
}

/* --- the events ------------------------------------------------------------------------------- */
/* In a sequence every telling is a turn, and the same person may have several. Otherwise those
 * whose seats were open before are told of as well, and heard it then. */
static const char *
opening_cause(struct dc_arena *arena, const Workflow__Task *task, const Workflow__Seat *seat)
{
    bool turns = task->mode == WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE;
    return dc_arena_printf(arena, "task/%lld/open/%d/%lld%s", (long long)task->id, seat->number,
                           (long long)seat->holder_id,
                           turns ? dc_arena_printf(arena, "/%lld", (long long)task->version) : "");
}

enum dc_code
notify_on_tasks_opened(struct dc_step *step, const struct dc_delivery *delivery,
                       struct dc_error *error)
{
    const Workflow__TasksOpened *event = (const Workflow__TasksOpened *)delivery->body;
    struct work work;
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    for (size_t i = 0; i < event->n_tasks; i++) {
        const Workflow__Task *task = event->tasks[i];
        for (size_t k = 0; k < task->n_seats; k++) {
            const Workflow__Seat *seat = task->seats[k];
            if (is_open(task, seat)) {
                post(&work, task, seat, NOTIFY_TASKS_OPENED, seat->holder_id,
                     opening_cause(step->arena, task, seat), true);
            }
        }
    }
    return send(&work, channels_of(event->channels, event->n_channels), error);
}

/* The name of who pressed 催办. */
static enum dc_code
load_name(struct work *work, int64_t person_id, struct dc_error *error)
{
    struct notify_person person;
    if (person_id == 0) {
        return DC_OK;
    }
    DC_TRY(notify_store_person(work->step, work->tenant_id, person_id, &person, error));
    work->by = person.name;
    return DC_OK;
}

enum dc_code
notify_on_tasks_reminded(struct dc_step *step, const struct dc_delivery *delivery,
                         struct dc_error *error)
{
    const Workflow__TasksReminded *event = (const Workflow__TasksReminded *)delivery->body;
    struct work work;
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    DC_TRY(load_name(&work, event->by_person_id, error));
    for (size_t i = 0; i < event->n_tasks; i++) {
        const Workflow__Task *task = event->tasks[i];
        const char *cause =
            dc_arena_printf(step->arena, "%s/%lld", event->cause, (long long)task->id);
        for (size_t k = 0; k < task->n_seats; k++) {
            if (is_open(task, task->seats[k])) {
                post(&work, task, task->seats[k],
                     event->step == 0 ? NOTIFY_TASKS_URGED : NOTIFY_TASKS_REMINDED,
                     task->seats[k]->holder_id, cause, true);
            }
        }
    }
    return send(&work, channels_of(event->channels, event->n_channels), error);
}

static void
post_escalation(struct work *work, const Workflow__Task *task, const Workflow__Seat *seat,
                int32_t rung, bool owner_untold)
{
    struct dc_arena *arena = work->step->arena;
    /* Of the version that it made: in a sequence the same rung comes in each turn, and may lead to
     * the same person. */
    const char *cause = dc_arena_printf(arena, "task/%lld/rung/%d/%lld", (long long)task->id, rung,
                                        (long long)task->version);
    post(work, task, seat, NOTIFY_TASKS_ESCALATED, seat->holder_id, cause, true);
    if (!owner_untold && seat->owner_id != 0 && seat->owner_id != seat->holder_id) {
        post(work, task, seat, NOTIFY_TASKS_ESCALATED_OWNER, seat->owner_id,
             dc_arena_printf(arena, "%s/told", cause), false);
    }
}

enum dc_code
notify_on_tasks_escalated(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    const Workflow__TasksEscalated *event = (const Workflow__TasksEscalated *)delivery->body;
    struct work work;
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    DC_TRY(make_moot(&work, error));
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    for (size_t i = 0; i < event->n_tasks; i++) {
        const Workflow__Task *task = event->tasks[i];
        for (size_t k = 0; k < task->n_seats; k++) {
            const Workflow__Seat *seat = task->seats[k];
            if (is_open(task, seat) && seat->rung == event->rung) {
                post_escalation(&work, task, seat, event->rung, event->owner_untold);
            }
        }
    }
    return send(&work, channels_of(event->channels, event->n_channels), error);
}

/* A seat of a task that has one: each handing over is told, there and back. Of several seats the
 * event does not say which one moved: each holder is told once. */
static void
post_handing_over(struct work *work, const Workflow__Task *task, const Workflow__Seat *seat)
{
    bool alone = task->n_seats == 1;
    bool moved = seat->held_by == WORKFLOW__HELD_BY__HELD_BY_DELEGATION ||
                 seat->held_by == WORKFLOW__HELD_BY__HELD_BY_TRANSFER;
    if (alone || moved) {
        const char *cause = dc_arena_printf(
            work->step->arena, "task/%lld/handed/%d/%lld/%lld", (long long)task->id, seat->number,
            (long long)seat->holder_id, alone ? (long long)task->version : 0LL);
        post(work, task, seat, moved ? NOTIFY_TASKS_HANDED_OVER : NOTIFY_TASKS_OPENED,
             seat->holder_id, cause, true);
    }
}

enum dc_code
notify_on_tasks_handed_over(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    const Workflow__TasksHandedOver *event = (const Workflow__TasksHandedOver *)delivery->body;
    struct work work;
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    work.reason = event->reason;
    DC_TRY(make_moot(&work, error));
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    for (size_t i = 0; i < event->n_tasks; i++) {
        for (size_t k = 0; k < event->tasks[i]->n_seats; k++) {
            if (is_open(event->tasks[i], event->tasks[i]->seats[k])) {
                post_handing_over(&work, event->tasks[i], event->tasks[i]->seats[k]);
            }
        }
    }
    return send(&work, NOTIFY_CHANNEL_BIT(MAIL), error);
}

enum dc_code
notify_on_tasks_rescheduled(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    const Workflow__TasksRescheduled *event = (const Workflow__TasksRescheduled *)delivery->body;
    struct work work;
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    for (size_t i = 0; i < event->n_tasks; i++) {
        const Workflow__Task *task = event->tasks[i];
        const char *cause = dc_arena_printf(step->arena, "task/%lld/rescheduled/%lld",
                                            (long long)task->id, (long long)task->version);
        for (size_t k = 0; k < task->n_seats; k++) {
            if (is_open(task, task->seats[k])) {
                post(&work, task, task->seats[k], NOTIFY_TASKS_RESCHEDULED,
                     task->seats[k]->holder_id, cause, true);
            }
        }
    }
    return send(&work, NOTIFY_CHANNEL_BIT(MAIL), error);
}

/* What was decided needs nobody any more. Whose turn it is next, or who must act again after a
 * return, hears it by the TasksOpened that follows. */
enum dc_code
notify_on_tasks_decided(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    const Workflow__TasksDecided *event = (const Workflow__TasksDecided *)delivery->body;
    struct work work;
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    return make_moot(&work, error);
}

enum dc_code
notify_on_tasks_cancelled(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    const Workflow__TasksCancelled *event = (const Workflow__TasksCancelled *)delivery->body;
    struct work work;
    DC_TRY(begin_work(step, delivery, event->tasks, event->n_tasks, &work, error));
    return make_moot(&work, error);
}

/* Whoever started it hears that it is over. */
enum dc_code
notify_on_cycle_changed(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    const Workflow__Cycle *cycle = ((const Workflow__CycleChanged *)delivery->body)->cycle;
    if (!cycle || cycle->state != WORKFLOW__CYCLE_STATE__CYCLE_STATE_CLOSED ||
        cycle->author_person_id == 0 || notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    struct notify_gather gather = {0};
    notify_gather_add(&gather, "cycle", cycle->name);
    notify_gather_add(&gather, "period", cycle->period);
    notify_gather_add(&gather, "cycle_id",
                      dc_arena_printf(step->arena, "%lld", (long long)cycle->id));
    struct notify_way way = {.channels = NOTIFY_CHANNEL_BIT(MAIL)};
    struct notify_post closed = {
        .person_id = cycle->author_person_id,
        .cause = dc_arena_printf(step->arena, "cycle/%lld/closed", (long long)cycle->id),
        .template_name = cycle->approval ? NOTIFY_APPROVAL_CLOSED : NOTIFY_CYCLE_CLOSED,
        .params = notify_gather_json(step->arena, &gather),
    };
    return notify_post(step, delivery->event->tenant_id, &way, &closed, 1, error);
}

/*
 * store.h - workflow's database. store*.c alone talk to it; sql/ holds one query per file. What is
 * answered lives in the step's arena. Every function takes the tenant from `work`, since tasks and
 * reactions have no caller.
 *
 * A `struct flow_task` is a task as a transaction works on it: the rules' view (`rule`, changed by
 * seats.h alone), and what stands around it. It is loaded, changed and saved as a whole, many in
 * one statement.
 */
#ifndef DC_WORKFLOW_STORE_H
#define DC_WORKFLOW_STORE_H

#include "calendar.h"
#include "choose.h"
#include "definition.h"
#include "due.h"
#include "life.h"
#include "seats.h"
#include "service/access.h"
#include "service/service.h"

#include <dacheng/workflow/v1/workflow.pb-c.h>

enum {
    FLOW_BATCH = 2000,      /* cases, timers, or tasks handed over, in a transaction */
    FLOW_EVENT_TASKS = 200, /* tasks in an event */
    FLOW_EVENT_CASES = 500,
};

struct flow_cache; /* of a thread: definitions that were read; see process.c */

/* A line of a case's history that is to be written; HistoryLine of the contract. */
struct flow_line {
    int64_t case_id, task_id; /* by flow_line */
    const char *what;
    int64_t person_id, for_person_id, owner_id;
    const char *outcome, *reason; /* NULL: "" */
};
/* By how much a count of the board changes. */
struct flow_count {
    int64_t cycle_id, unit_id;
    const char *stage;
    int64_t done, open, overdue;
};

/* What one transaction has in hand; zeroed but for the first two. */
struct flow_work {
    struct dc_step *step;
    int64_t tenant_id;
    dc_date today;                      /* in the tenant's calendar */
    const struct wf_calendar *calendar; /* by flow_work_begin */
    struct wf_delegations delegations;  /* of today, by flow_delegations */
    bool delegations_known;
    struct flow_line *lines;
    size_t line_count, line_room;
    struct flow_count *counts;
    size_t count_count, count_room;
};

struct flow_cycle {
    Workflow__Cycle *message;
    int64_t launch_after;
};

struct flow_task {
    int64_t id, case_id, cycle_id, unit_id, subject_id;
    Workflow__SubjectKind subject_kind;
    const char *subject_name; /* filled where messages are made */
    const char *cycle_name, *definition, *stage, *period;
    int32_t definition_version;
    struct wf_task rule;
    int32_t *reminders; /* per seat */
    dc_time opened_at, due_at, urged_at;
    const char *due_reason_zh, *due_reason_en;
    int64_t version, guard_version, before_id;
    bool overdue;
    int32_t round; /* 0 before it is made: to be counted */
    Workflow__CycleState cycle_state;
    int64_t starter_id;
    bool approval;
    int32_t track;
    enum wf_case_state case_state;
    const char *reference, *link;
    const struct wf_fact *facts;
    size_t fact_count;
    /* by flow_processes */
    const struct wf_definition *process;
    int32_t stage_index;
    const struct wf_stage *stage_rule;
    /* as it was loaded */
    Workflow__TaskState was;
    bool was_overdue;
    bool guard_next; /* its next saving is guarded, whatever the others' is */
};

/* A person whom a rule may mean is asked for once, however many tasks ask. */
struct flow_ask {
    const struct wf_who *who;
    int64_t person_id; /* the subject, where it is one; 0 = none */
    int64_t unit_id;
    int64_t starter_id;
};

/* --- store_definitions.c -----------------------------------------------------------------------
 */
enum dc_code flow_store_definitions(struct flow_work *work, Workflow__Definition ***ret_items,
                                    size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_versions(struct flow_work *work, const char *code,
                                 Workflow__Definition ***ret_items, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
/* With its text; NULL when there is none. version 0: the newest. */
enum dc_code flow_store_definition(struct flow_work *work, const char *code, int32_t version,
                                   Workflow__Definition **ret_item,
                                   struct dc_error *error) DC_MUST_CHECK;
/* "" when there is none. */
enum dc_code flow_store_code_of_purpose(struct flow_work *work, const char *purpose,
                                        const char **ret_code,
                                        struct dc_error *error) DC_MUST_CHECK;
/* ret_version 0: the newest one is not `expected`. */
enum dc_code flow_store_save_definition(struct flow_work *work, const Workflow__Definition *item,
                                        int32_t expected, int32_t *ret_version,
                                        struct dc_error *error) DC_MUST_CHECK;
/* ret_calendar: the tenant had none, and has the days now. */
enum dc_code flow_store_install(struct flow_work *work, const struct wf_definition *const *items,
                                const char *const *yaml, size_t count, const struct wf_day *days,
                                size_t day_count, bool *ret_calendar,
                                struct dc_error *error) DC_MUST_CHECK;
/* Exceptions from `from` to `to`, inclusive. */
enum dc_code flow_store_calendar(struct flow_work *work, dc_date from, dc_date to,
                                 struct wf_calendar *ret_calendar,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_years(struct flow_work *work, int32_t **ret_years, size_t *ret_count,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_calendar(struct flow_work *work, int32_t utc_offset_minutes,
                                      const char *end_of_day, int64_t *ret_version,
                                      struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_touch_calendar(struct flow_work *work, int64_t *ret_version,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_drop_days(struct flow_work *work, dc_date from, dc_date to,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_days(struct flow_work *work, const struct wf_day *days, size_t count,
                                  struct dc_error *error) DC_MUST_CHECK;

/* --- store_cycles.c ----------------------------------------------------------------------------
 */
/* Makes it; id and version are filled. */
enum dc_code flow_store_save_cycle(struct flow_work *work, Workflow__Cycle *cycle,
                                   struct dc_error *error) DC_MUST_CHECK;
/* FLOW_HOLD: it goes not on meanwhile; FLOW_LOCK: nobody decides in it either. */
enum flow_lock { FLOW_READ, FLOW_HOLD, FLOW_LOCK };
/* message NULL when there is none. */
enum dc_code flow_store_cycle(struct flow_work *work, int64_t id, enum flow_lock lock,
                              struct flow_cycle *ret_cycle, struct dc_error *error) DC_MUST_CHECK;
/* One that is to be looked at, held against other replicas; message NULL when there is none. */
enum dc_code flow_store_pick_cycle(struct flow_work *work, struct flow_cycle *ret_cycle,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_cycle_state(struct flow_work *work, struct flow_cycle *cycle,
                                    struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_cancel_cycle(struct flow_work *work, struct flow_cycle *cycle,
                                     const char *reason, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_turns(struct flow_work *work, const int64_t *cycles, size_t count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_take_turns(struct flow_work *work, int64_t cycle_id,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_is_going(struct flow_work *work, int64_t cycle_id, int32_t track,
                                 bool *ret_going, struct dc_error *error) DC_MUST_CHECK;

/* Subjects of a stage below a unit. day: of the start. */
struct flow_range {
    int64_t unit_id;
    const struct wf_stage *stage;
    dc_date day;
};
struct flow_subject {
    int64_t case_id; /* 0 in previews */
    int64_t subject_id, unit_id;
};
enum dc_code flow_store_count_subjects(struct flow_work *work, const struct flow_range *range,
                                       int64_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_list_subjects(struct flow_work *work, const struct flow_range *range,
                                      int64_t after, int64_t most, struct flow_subject **ret_items,
                                      size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* stage "": they ended before they began. */
enum dc_code flow_store_open_cases(struct flow_work *work, const struct flow_range *range,
                                   const struct flow_cycle *cycle, const char *stage,
                                   struct flow_subject **ret_items, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_case(struct flow_work *work, int64_t cycle_id,
                                  const struct flow_subject *subject, Workflow__SubjectKind kind,
                                  const char *reference, const char *link,
                                  const struct wf_fact *facts, size_t fact_count,
                                  int64_t *ret_case_id, struct dc_error *error) DC_MUST_CHECK;
/* What it is about by now. */
enum dc_code flow_store_save_facts(struct flow_work *work, int64_t case_id,
                                   const struct wf_fact *facts, size_t count,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Of an approval; 0 when there is none. */
enum dc_code flow_store_case_of(struct flow_work *work, const char *reference, int64_t *ret_case_id,
                                int64_t *ret_cycle_id, struct dc_error *error) DC_MUST_CHECK;
/* --- store_ratings.c: cases of raters, by their references */
struct flow_asked {
    int64_t person_id;
    const char *reference, *value; /* of the one fact */
};
/* Places, from 1, of references that no case has. */
enum dc_code flow_store_unknown(struct flow_work *work, const char *const *references, size_t count,
                                int64_t **ret_places, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
/* Running cycles with references from one up to another, without cases of some people. */
enum dc_code flow_store_cycles_of(struct flow_work *work, const char *from, const char *up_to,
                                  const int64_t *without, size_t without_count, int64_t **ret_ids,
                                  size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_cases(struct flow_work *work, const Workflow__Cycle *cycle,
                                   const struct flow_asked *asked, size_t count, const char *link,
                                   const char *fact, struct flow_subject **ret_items,
                                   size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_open_of_references(struct flow_work *work, const char *const *references,
                                           size_t count, int64_t **ret_ids, size_t *ret_count,
                                           struct dc_error *error) DC_MUST_CHECK;
struct flow_move {
    int64_t case_id;
    const char *stage;
    enum wf_case_state state;
    const char *outcome;
    int64_t decided_by_id;
    const char *reason;
};
enum dc_code flow_store_move_cases(struct flow_work *work, const struct flow_move *moves,
                                   size_t count, struct dc_error *error) DC_MUST_CHECK;
/* Of a cancelled cycle. ret_proposed: those of them that somebody proposed, without purpose and
 * outcome. */
enum dc_code flow_store_end_cases(struct flow_work *work, const Workflow__Cycle *cycle,
                                  Workflow__Case ***ret_proposed, size_t *ret_count,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_stages_going(struct flow_work *work, int64_t cycle_id,
                                     const char ***ret_stages, int64_t **ret_counts,
                                     size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

/* A cycle that went over from one version to another. */
struct flow_moved {
    int64_t cycle_id; /* 0: none */
    const char *definition;
    int32_t from_version, version;
    int64_t after; /* tasks up to this one are planned anew */
};
/* ret_saved false: an earlier move is not through yet. */
enum dc_code flow_store_save_replan(struct flow_work *work, int64_t cycle_id, int32_t from_version,
                                    bool *ret_saved, struct dc_error *error) DC_MUST_CHECK;
/* Held against other replicas. */
enum dc_code flow_store_take_replan(struct flow_work *work, struct flow_moved *ret_moved,
                                    struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_move_replan(struct flow_work *work, const struct flow_moved *moved,
                                    struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_drop_replan(struct flow_work *work, const struct flow_moved *moved,
                                    struct dc_error *error) DC_MUST_CHECK;
/* Open tasks of stages, FLOW_BATCH of them. */
enum dc_code flow_store_to_replan(struct flow_work *work, const struct flow_moved *moved,
                                  const char *const *stages, size_t stage_count, int64_t **ret_ids,
                                  size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Deadlines of open tasks, by stage: many that are the same are one. */
struct flow_deadline {
    const char *stage;
    dc_time began, due_at;
    int64_t tasks;
};
enum dc_code flow_store_deadlines(struct flow_work *work, int64_t cycle_id,
                                  const char *const *stages, size_t stage_count,
                                  struct flow_deadline **ret_items, size_t *ret_count,
                                  struct dc_error *error) DC_MUST_CHECK;

/* --- store_tasks.c -----------------------------------------------------------------------------
 */
/* The cycles of tasks are held as they are, then the tasks locked, in the order of their ids. */
enum dc_code flow_store_lock(struct flow_work *work, const int64_t *ids, size_t count,
                             struct dc_error *error) DC_MUST_CHECK;
/* In the order of their ids; those that are not there are left out. With their rules. */
enum dc_code flow_store_tasks(struct flow_work *work, const int64_t *ids, size_t count,
                              struct flow_task **ret_tasks, size_t *ret_count,
                              struct dc_error *error) DC_MUST_CHECK;
/* Makes tasks with their seats and timers; ids are filled. The rule is open already. */
struct flow_timer {
    int64_t task_id;
    struct wf_timer timer;
};
enum dc_code flow_store_open(struct flow_work *work, struct flow_task *tasks, size_t count,
                             struct dc_error *error) DC_MUST_CHECK;
/* Deadlines with their reasons; their timers go away. */
enum dc_code flow_store_replan(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_set_timers(struct flow_work *work, const struct flow_timer *timers,
                                   size_t count, struct dc_error *error) DC_MUST_CHECK;
/* Versions grow by one; guarded: also against decisions on what was seen before. Timers of tasks
 * that are not open any more go away, counts follow. */
enum dc_code flow_store_save(struct flow_work *work, struct flow_task *tasks, size_t count,
                             bool guarded, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_take_timers(struct flow_work *work, struct flow_timer **ret_timers,
                                    size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_followers(struct flow_work *work, int64_t task_id, int64_t **ret_ids,
                                  size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_open_of_cycle(struct flow_work *work, int64_t cycle_id, int64_t **ret_ids,
                                      size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_mark_urged(struct flow_work *work, const int64_t *ids, size_t count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_to_urge(struct flow_work *work, const Workflow__UrgeRequest *request,
                                const struct dc_access_reach *reach, dc_time since,
                                int64_t **ret_ids, size_t *ret_count, int64_t *ret_too_soon,
                                struct dc_error *error) DC_MUST_CHECK;
/* History and counts that were kept; once, at the end of a transaction. */
enum dc_code flow_store_flush(struct flow_work *work, struct dc_error *error) DC_MUST_CHECK;
void flow_line(struct flow_work *work, const struct flow_task *task, const struct flow_line *line);
void flow_count_add(struct flow_work *work, const struct flow_count *count);

/* --- store_org.c -------------------------------------------------------------------------------
 */
/* ret_found: one for each ask, nearest first; self and starter are not looked up. */
enum dc_code flow_store_candidates(struct flow_work *work, const struct flow_ask *asks,
                                   size_t count, struct wf_candidates *ret_found,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_delegations(struct flow_work *work, struct dc_error *error) DC_MUST_CHECK;
struct flow_fallbacks {
    const int64_t *people;
    const bool *trusted; /* a supervisor or boss of the whole group */
    size_t count;
};
enum dc_code flow_store_fallbacks(struct flow_work *work, const int64_t *starters, size_t count,
                                  struct flow_fallbacks *ret_fallbacks,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_employed(struct flow_work *work, const int64_t *people, size_t count,
                                 int64_t **ret_people, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
struct flow_names {
    const int64_t *ids[2];
    const char **names[2];
    size_t count[2];
};
enum { FLOW_PEOPLE, FLOW_UNITS };
enum dc_code flow_store_names(struct flow_work *work, const int64_t *people, size_t people_count,
                              const int64_t *units, size_t unit_count, struct flow_names *ret_names,
                              struct dc_error *error) DC_MUST_CHECK;
/* "" when it is not known. */
const char *flow_name(const struct flow_names *names, int which, int64_t id);
/* found false: not employed today. */
enum dc_code flow_store_place(struct flow_work *work, int64_t person_id, bool *ret_found,
                              const char **ret_name, int64_t *ret_unit_id,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_unit(struct flow_work *work, int64_t unit_id, bool *ret_found,
                             const char **ret_name, int32_t *ret_kind,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_preview_people(struct flow_work *work, const int64_t *people, size_t count,
                                       Workflow__PreviewPerson ***ret_people, size_t *ret_count,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_root(struct flow_work *work, int64_t *ret_unit_id,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_grants(struct flow_work *work, int64_t person_id, const int64_t *roles,
                                    const int64_t *scopes, const int64_t *units, size_t count,
                                    struct dc_error *error) DC_MUST_CHECK;
struct flow_submission {
    int64_t unit_id;
    const char *period;
    int32_t state; /* dacheng.ingest.v1.SubmissionState */
    int64_t findings;
    const char **missing_zh, **missing_en;
    size_t missing_count;
};
enum dc_code flow_store_save_submission(struct flow_work *work,
                                        const struct flow_submission *submission,
                                        dc_time checked_at, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_submissions(struct flow_work *work, const int64_t *units,
                                    const char *const *periods, size_t count,
                                    struct flow_submission **ret_items, size_t *ret_count,
                                    struct dc_error *error) DC_MUST_CHECK;
/* --- store_absences.c --------------------------------------------------------------------------
 */
struct flow_delegation {
    Workflow__Delegation *message;
    bool began;
    dc_date first_day, last_day;
};
enum dc_code flow_store_save_delegation(struct flow_work *work, struct flow_delegation *delegation,
                                        struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_turn_delegation(struct flow_work *work,
                                        const struct flow_delegation *delegation,
                                        dc_time turn_at /* 0: never */,
                                        struct dc_error *error) DC_MUST_CHECK;
/* message NULL: there is none. */
enum dc_code flow_store_delegation(struct flow_work *work, int64_t id,
                                   struct flow_delegation *ret_delegation,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_delegations_of(struct flow_work *work, int64_t person_id,
                                       struct flow_delegation **ret_items, size_t *ret_count,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_due_delegations(struct flow_work *work, struct flow_delegation **ret_items,
                                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Waits for others who save delegations. */
enum dc_code flow_store_delegation_clash(struct flow_work *work,
                                         const struct flow_delegation *delegation, bool *ret_twice,
                                         bool *ret_circle, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_moved(struct flow_work *work, const int64_t *people,
                                   const dc_time *when, size_t count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_take_moved(struct flow_work *work, int64_t **ret_people, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_tasks_of_people(struct flow_work *work, const int64_t *people, size_t count,
                                        int64_t after, int64_t most, int64_t **ret_ids,
                                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_count_tasks_of_people(struct flow_work *work, const int64_t *people,
                                              size_t count, int64_t after, int64_t *ret_count,
                                              struct dc_error *error) DC_MUST_CHECK;
/* Whose tasks are handed over, and why. */
struct flow_piece {
    const int64_t *people;
    size_t count;
    int64_t after; /* tasks up to this one were looked at */
    bool anew;     /* they left, or may have lost a role: the rules are asked anew */
    int64_t by_person_id;
    const char *reason;
    bool second_look;   /* for what was opened by transactions that began before the first one */
    dc_time not_before; /* of the look that follows; 0: at once */
};
/* Waits for whoever has their tasks in hand. */
enum dc_code flow_store_hold_hand_over(struct flow_work *work, const int64_t *people, size_t count,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_save_hand_over(struct flow_work *work, const struct flow_piece *piece,
                                       struct dc_error *error) DC_MUST_CHECK;
/* Those who are next, held against other replicas; count 0: nobody. */
enum dc_code flow_store_take_hand_over(struct flow_work *work, struct flow_piece *ret_piece,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_move_hand_over(struct flow_work *work, const struct flow_piece *piece,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_look_again(struct flow_work *work, const struct flow_piece *piece,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_drop_hand_over(struct flow_work *work, const struct flow_piece *piece,
                                       struct dc_error *error) DC_MUST_CHECK;

/* --- store_read.c ------------------------------------------------------------------------------
 */
enum dc_code flow_store_tenants_due(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                                    struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_tenants_turning(struct dc_step *step, int64_t **ret_tenants,
                                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_tenants_moved(struct dc_step *step, int64_t **ret_tenants,
                                      size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_list_cycles(struct flow_work *work,
                                    const Workflow__ListCyclesRequest *request,
                                    const struct dc_access_reach *reach,
                                    Workflow__CycleSummary ***ret_items, size_t *ret_count,
                                    struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_summaries(struct flow_work *work, const int64_t *cycles, size_t count,
                                  int64_t unit_id, Workflow__CycleSummary ***ret_items,
                                  size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_newest_cycle(struct flow_work *work, int64_t unit_id, int64_t *ret_cycle_id,
                                     struct dc_error *error) DC_MUST_CHECK;
/* Units of a tree within the caller's reach. */
enum dc_code flow_store_units_within(struct flow_work *work, int64_t root,
                                     const struct dc_access_reach *reach, int64_t **ret_units,
                                     size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
struct flow_page {
    int64_t cycle_id;
    const char *stage, *state;
    int64_t after, most;
    const int64_t *units; /* NULL: all of the cycle */
    size_t unit_count;
};
enum dc_code flow_store_page(struct flow_work *work, const struct flow_page *page,
                             int64_t **ret_ids, size_t *ret_count, int64_t *ret_total,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_board(struct flow_work *work, int64_t cycle_id, int64_t root,
                              int64_t unit_id, bool whole, const int64_t *units, size_t unit_count,
                              Workflow__GetBoardResponse *board,
                              struct dc_error *error) DC_MUST_CHECK;
/* The caller's own: tasks that he can decide (after a due time and id), or decided (before). */
struct flow_mark {
    dc_time at;
    int64_t task_id;
};
enum dc_code flow_store_mine(struct flow_work *work, int64_t person_id, bool decided,
                             struct flow_mark from, int64_t most, struct flow_mark **ret_marks,
                             size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_count_mine(struct flow_work *work, int64_t person_id, int64_t *ret_open,
                                   int64_t *ret_overdue, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_history(struct flow_work *work, int64_t case_id,
                                Workflow__HistoryLine ***ret_lines, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_had_a_part(struct flow_work *work, int64_t case_id, int64_t person_id,
                                   bool *ret_had, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_store_ledger(struct flow_work *work, const Workflow__GetLedgerRequest *request,
                               const int64_t *cycles, size_t count,
                               const struct dc_access_reach *reach, Workflow__LedgerRow ***ret_rows,
                               size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

#endif

-- Cycles that chase by themselves: definitions, calendars, cycles with their cases, tasks and seats,
-- timers, and what workflow keeps of others to find who decides.

-- Every saved version stays as it was: a running cycle keeps the one that it was started with.
CREATE TABLE definition (
    tenant_id        bigint NOT NULL,
    code             text NOT NULL,
    version          integer NOT NULL,
    name             text NOT NULL,
    name_en          text NOT NULL,
    purpose          text NOT NULL,
    period           text NOT NULL,
    approval         boolean NOT NULL,
    yaml             text NOT NULL,
    author           text NOT NULL,
    author_person_id bigint NOT NULL,
    saved_at         timestamptz NOT NULL,
    reason           text NOT NULL,
    PRIMARY KEY (tenant_id, code, version)
);

CREATE TABLE calendar (
    tenant_id          bigint NOT NULL,
    utc_offset_minutes integer NOT NULL,
    end_of_day         text NOT NULL, -- "18:00"
    version            bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);
-- Days that are not as Monday to Friday say.
CREATE TABLE calendar_day (
    tenant_id bigint NOT NULL,
    day       date NOT NULL,
    working   boolean NOT NULL,
    name      text NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

-- States and kinds are the numbers of dacheng.workflow.v1.
CREATE TABLE cycle (
    tenant_id          bigint NOT NULL,
    cycle_id           bigint GENERATED ALWAYS AS IDENTITY,
    name               text NOT NULL,
    definition         text NOT NULL,
    definition_version integer NOT NULL,
    unit_id            bigint NOT NULL,
    period             text NOT NULL,
    state              smallint NOT NULL,
    started_at         timestamptz NOT NULL,
    closed_at          timestamptz,
    author             text NOT NULL,
    author_person_id   bigint NOT NULL,
    track              integer NOT NULL,
    tracks             integer NOT NULL,
    cases_planned      bigint NOT NULL,
    cases_opened       bigint NOT NULL,
    launch_after       bigint NOT NULL, -- subjects of the open track up to this id have their case
    version            bigint NOT NULL,
    reason             text NOT NULL,
    approval           boolean NOT NULL,
    PRIMARY KEY (tenant_id, cycle_id)
);
CREATE INDEX cycle_open ON cycle (tenant_id, cycle_id) WHERE state IN (1, 2);
CREATE INDEX cycle_launching ON cycle (tenant_id, cycle_id) WHERE state = 1;

-- Cycles that the task "cycles" has to look at: a case has ended, or the cycle was cancelled. Rows
-- are added by many at once without waiting for each other; whoever looks takes them away first.
CREATE TABLE turn (
    tenant_id bigint NOT NULL,
    turn_id   bigint GENERATED ALWAYS AS IDENTITY,
    cycle_id  bigint NOT NULL,
    PRIMARY KEY (tenant_id, turn_id)
);

CREATE TABLE process_case (
    tenant_id     bigint NOT NULL,
    case_id       bigint GENERATED ALWAYS AS IDENTITY,
    cycle_id      bigint NOT NULL,
    track         integer NOT NULL,
    subject_kind  smallint NOT NULL,
    subject_id    bigint NOT NULL,
    unit_id       bigint NOT NULL, -- the subject's own, or a person's main one
    stage         text NOT NULL,   -- where it stands, or stood when it ended; '': nowhere yet
    state         smallint NOT NULL, -- enum wf_case_state of life.h: 1 open, 2 ended, 3 cancelled
    ended_at      timestamptz,
    outcome       text NOT NULL,
    decided_by_id bigint NOT NULL,
    reason        text NOT NULL,
    -- of an approval: what was proposed, where it is shown, and what the conditions name
    reference     text NOT NULL,
    link          text NOT NULL,
    fact_names    text[] NOT NULL,
    fact_values   text[] NOT NULL,
    PRIMARY KEY (tenant_id, case_id),
    UNIQUE (tenant_id, cycle_id, track, subject_id)
);
-- What keeps a track open; the index is as small as what is going on.
CREATE INDEX process_case_going ON process_case (tenant_id, cycle_id, track) WHERE state = 1;
-- A proposal is taken up once, however often it is heard.
CREATE UNIQUE INDEX process_case_reference ON process_case (tenant_id, reference)
    WHERE reference <> '';

CREATE TABLE task (
    tenant_id     bigint NOT NULL,
    task_id       bigint GENERATED ALWAYS AS IDENTITY,
    case_id       bigint NOT NULL,
    cycle_id      bigint NOT NULL,
    stage         text NOT NULL,
    subject_kind  smallint NOT NULL,
    subject_id    bigint NOT NULL,
    unit_id       bigint NOT NULL,
    state         smallint NOT NULL,
    mode          smallint NOT NULL,
    opened_at     timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    due_reason_zh text NOT NULL,
    due_reason_en text NOT NULL,
    decided_at    timestamptz,
    outcome       text NOT NULL,
    version       bigint NOT NULL,
    guard_version bigint NOT NULL, -- the version that last changed who decides what
    overdue       boolean NOT NULL,
    round         integer NOT NULL,
    before_id     bigint NOT NULL, -- the task whose decision opened this one; 0: the case's first
    urged_at      timestamptz,
    PRIMARY KEY (tenant_id, task_id)
) WITH (fillfactor = 80);
CREATE INDEX task_of_case ON task (tenant_id, case_id);
CREATE INDEX task_before ON task (tenant_id, before_id) WHERE before_id > 0;
CREATE INDEX task_of_cycle ON task (tenant_id, cycle_id, task_id);
CREATE INDEX task_of_unit ON task (tenant_id, cycle_id, unit_id, task_id);
CREATE INDEX task_open ON task (tenant_id, cycle_id, task_id) WHERE state = 1;

-- A right to decide: whose it is (owner), and who has it now (holder).
CREATE TABLE seat (
    tenant_id     bigint NOT NULL,
    task_id       bigint NOT NULL,
    number        smallint NOT NULL,
    owner_id      bigint NOT NULL,
    holder_id     bigint NOT NULL,
    deputy_for_id bigint NOT NULL, -- in whose place the holder decides by delegation; 0: none
    held_by       smallint NOT NULL,
    state         smallint NOT NULL,
    outcome       text NOT NULL,
    reason        text NOT NULL,
    decided_by_id bigint NOT NULL,
    opened_at     timestamptz,
    decided_at    timestamptz,
    rung          smallint NOT NULL,
    reminders     smallint NOT NULL,
    PRIMARY KEY (tenant_id, task_id, number)
) WITH (fillfactor = 80);
-- Waiting and open seats: what a person has to do, and what is to be moved when he goes away.
CREATE INDEX seat_holder ON seat (tenant_id, holder_id, task_id) WHERE state IN (1, 2);
CREATE INDEX seat_owner ON seat (tenant_id, owner_id) WHERE state IN (1, 2);
CREATE INDEX seat_decided_by ON seat (tenant_id, decided_by_id, decided_at DESC, task_id)
    WHERE state = 3;

-- What is to happen to a task at a time. kind 1: reminder `step`; 2: the deadline; 3: rung `step` of
-- the escalation ladder. A decided task has none.
CREATE TABLE timer (
    tenant_id bigint NOT NULL,
    task_id   bigint NOT NULL,
    kind      smallint NOT NULL,
    step      smallint NOT NULL,
    due_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, task_id, kind, step)
);
CREATE INDEX timer_due ON timer (due_at);
CREATE INDEX timer_due_of_tenant ON timer (tenant_id, due_at);

-- What happened to a case, but for the opening of tasks, which the tasks tell themselves.
CREATE TABLE history (
    tenant_id     bigint NOT NULL,
    line_id       bigint GENERATED ALWAYS AS IDENTITY,
    case_id       bigint NOT NULL,
    task_id       bigint NOT NULL,
    at            timestamptz NOT NULL,
    what          text NOT NULL,
    person_id     bigint NOT NULL,
    for_person_id bigint NOT NULL,
    outcome       text NOT NULL,
    reason        text NOT NULL,
    PRIMARY KEY (tenant_id, line_id)
);
CREATE INDEX history_of_case ON history (tenant_id, case_id, line_id);

-- The board: counted where tasks change, so that a page adds up some thousand rows at most.
CREATE TABLE tally (
    tenant_id bigint NOT NULL,
    cycle_id  bigint NOT NULL,
    stage     text NOT NULL,
    unit_id   bigint NOT NULL,
    done      bigint NOT NULL,
    open      bigint NOT NULL,
    overdue   bigint NOT NULL, -- of the open ones
    PRIMARY KEY (tenant_id, cycle_id, stage, unit_id)
) WITH (fillfactor = 50);

CREATE TABLE delegation (
    tenant_id     bigint NOT NULL,
    delegation_id bigint GENERATED ALWAYS AS IDENTITY,
    person_id     bigint NOT NULL,
    to_person_id  bigint NOT NULL,
    first_day     date NOT NULL,
    last_day      date NOT NULL,
    reason        text NOT NULL,
    began         boolean NOT NULL, -- the open seats were moved
    ended         boolean NOT NULL,
    turn_at       timestamptz,      -- when it begins, or ends; NULL: it has ended
    PRIMARY KEY (tenant_id, delegation_id)
);
CREATE INDEX delegation_person ON delegation (tenant_id, person_id);
CREATE INDEX delegation_to ON delegation (tenant_id, to_person_id);
CREATE INDEX delegation_turn ON delegation (turn_at) WHERE turn_at IS NOT NULL;

-- What others told.
CREATE TABLE org_grant (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    role      smallint NOT NULL,
    scope     smallint NOT NULL,
    unit_id   bigint NOT NULL, -- 0: the whole group
    PRIMARY KEY (tenant_id, person_id, role, scope, unit_id)
);
CREATE INDEX org_grant_unit ON org_grant (tenant_id, role, unit_id);
-- People of whom it is to be seen whether what they hold is still theirs, and from when.
CREATE TABLE moved (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    look_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id, look_at)
);
CREATE INDEX moved_at ON moved (look_at);
CREATE TABLE submission (
    tenant_id  bigint NOT NULL,
    unit_id    bigint NOT NULL,
    period     text NOT NULL,
    state      smallint NOT NULL, -- dacheng.ingest.v1.SubmissionState
    checked_at timestamptz NOT NULL,
    findings   bigint NOT NULL,
    missing_zh text[] NOT NULL,
    missing_en text[] NOT NULL,
    PRIMARY KEY (tenant_id, unit_id, period)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['definition', 'calendar', 'calendar_day', 'cycle', 'process_case',
                             'task', 'seat', 'timer', 'turn', 'history', 'tally', 'delegation',
                             'org_grant', 'moved', 'submission'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = current_setting(''dacheng.tenant'')::bigint)', t);
    END LOOP;
    EXECUTE format('REVOKE UPDATE, DELETE ON history, definition FROM %I',
                   current_setting('dacheng.role'));
END $$;

-- The ids alone of tenants with something to do, across tenants: whose timers are due; who has a
-- cycle to be looked at; who has people or delegations to look at.
CREATE FUNCTION tenants_due(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id
    FROM (SELECT x.tenant_id, x.due_at FROM timer x WHERE x.due_at <= the_time
          ORDER BY x.due_at LIMIT 1000) d
    GROUP BY d.tenant_id ORDER BY min(d.due_at)
$$;
CREATE FUNCTION tenants_turning() RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT c.tenant_id FROM cycle c WHERE c.state = 1
    UNION
    SELECT t.tenant_id FROM turn t
$$;
CREATE FUNCTION tenants_moved(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT m.tenant_id FROM moved m WHERE m.look_at <= the_time
    UNION
    SELECT d.tenant_id FROM delegation d WHERE d.turn_at <= the_time
$$;

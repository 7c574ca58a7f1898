-- Forms, rounds, who rates whom, what was answered while a round is open, and what it came to.
-- States and relations are the numbers of dacheng.reviews.v1.

CREATE TABLE form (
    tenant_id bigint  NOT NULL,
    form_id   bigint  GENERATED ALWAYS AS IDENTITY,
    code      text    NOT NULL,
    version   bigint  NOT NULL, -- the newest one
    PRIMARY KEY (tenant_id, form_id),
    UNIQUE (tenant_id, code)
);
-- A saved version never changes.
CREATE TABLE form_version (
    tenant_id  bigint      NOT NULL,
    form_id    bigint      NOT NULL,
    version    bigint      NOT NULL,
    body       bytea       NOT NULL, -- dacheng.reviews.v1.Form
    author     text        NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, form_id, version)
);

-- Measures that are made of ratings, as goals told of them.
CREATE TABLE measure (
    tenant_id  bigint  NOT NULL,
    measure_id bigint  NOT NULL,
    code       text    NOT NULL,
    name       text    NOT NULL,
    scale_min  numeric NOT NULL,
    scale_max  numeric NOT NULL,
    retired    boolean NOT NULL,
    version    bigint  NOT NULL,
    PRIMARY KEY (tenant_id, measure_id)
);

CREATE TABLE round (
    tenant_id        bigint      NOT NULL,
    round_id         bigint      GENERATED ALWAYS AS IDENTITY,
    name             text        NOT NULL,
    form_id          bigint      NOT NULL,
    form_version     bigint      NOT NULL,
    form_name        text        NOT NULL,
    form_name_en     text        NOT NULL,
    period           text        NOT NULL,
    unit_id          bigint      NOT NULL,
    measure_id       bigint      NOT NULL, -- 0: none
    state            smallint    NOT NULL,
    peers            integer     NOT NULL,
    peer_choice      smallint    NOT NULL,
    subordinates     integer     NOT NULL,
    closes_itself    boolean     NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    started_at       timestamptz NOT NULL,
    opened_at        timestamptz,
    closed_at        timestamptz,
    released_at      timestamptz,
    reason           text        NOT NULL,
    computed_to      bigint      NOT NULL DEFAULT 0, -- while closing: people up to this id have their result
    version          bigint      NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, round_id)
);
CREATE INDEX round_going ON round (tenant_id, round_id) WHERE state IN (2, 3);

-- Who is rated; unit and manager as they were when the round started.
CREATE TABLE subject (
    tenant_id  bigint NOT NULL,
    round_id   bigint NOT NULL,
    person_id  bigint NOT NULL,
    unit_id    bigint NOT NULL,
    manager_id bigint NOT NULL, -- 0: none
    PRIMARY KEY (tenant_id, round_id, person_id)
);
CREATE INDEX subject_person ON subject (tenant_id, person_id);
CREATE INDEX subject_manager ON subject (tenant_id, manager_id);

-- One rater's right to rate one person.
CREATE TABLE assignment (
    tenant_id     bigint   NOT NULL,
    assignment_id bigint   GENERATED ALWAYS AS IDENTITY,
    round_id      bigint   NOT NULL,
    subject_id    bigint   NOT NULL,
    rater_id      bigint   NOT NULL,
    relation      smallint NOT NULL,
    state         smallint NOT NULL, -- enum assignment_state of life.h
    named_by      bigint   NOT NULL, -- person; 0: by the round's rules
    reason        text     NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id),
    UNIQUE (tenant_id, round_id, subject_id, rater_id)
);
CREATE INDEX assignment_rater ON assignment (tenant_id, rater_id, round_id);
CREATE INDEX assignment_open ON assignment (tenant_id, round_id) WHERE state IN (1, 2);

-- Answers, while the round is open. Closing it computes the results and deletes them.
CREATE TABLE rating (
    tenant_id     bigint NOT NULL,
    assignment_id bigint NOT NULL,
    body          bytea  NOT NULL, -- dacheng.reviews.v1.SaveRatingRequest
    PRIMARY KEY (tenant_id, assignment_id)
);

-- Who was asked to rate, how often, and whether he is through.
CREATE TABLE asked (
    tenant_id bigint  NOT NULL,
    round_id  bigint  NOT NULL,
    rater_id  bigint  NOT NULL,
    times     integer NOT NULL,
    finished  boolean NOT NULL,
    PRIMARY KEY (tenant_id, round_id, rater_id)
);

-- Only added to: a result is computed once.
CREATE TABLE result (
    tenant_id   bigint  NOT NULL,
    round_id    bigint  NOT NULL,
    person_id   bigint  NOT NULL,
    numerator   numeric NOT NULL,
    denominator numeric NOT NULL, -- 0: nobody could judge
    raters      integer NOT NULL, -- of the groups that are shown
    body        bytea   NOT NULL, -- dacheng.reviews.v1.Result: cells and shuffled comments, no rater
    PRIMARY KEY (tenant_id, round_id, person_id)
);
DO $$ BEGIN EXECUTE format('REVOKE UPDATE, DELETE ON result FROM %I', current_setting('dacheng.role')); END $$;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['form', 'form_version', 'measure', 'round', 'subject', 'assignment',
                             'rating', 'asked', 'result'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (tenant_id = current_setting(''dacheng.tenant'')::bigint)', t);
    END LOOP;
END $$;

-- Everybody whose main post is in the tree on that day.
CREATE FUNCTION rated(tenant bigint, root bigint, day date)
RETURNS TABLE (person_id bigint, unit_id bigint, manager_id bigint) LANGUAGE sql STABLE AS $$
    SELECT p.person_id, o.unit_id, coalesce(m.person_id, 0)
    FROM org_unit_tree t
    JOIN org_post o ON o.tenant_id = t.tenant_id AND o.unit_id = t.unit_id AND o.main
                   AND o.valid_from <= day AND o.valid_to > day
    JOIN org_person p ON p.tenant_id = t.tenant_id AND p.person_id = o.person_id
                     AND p.employed_from <= day AND p.employed_to > day
    LEFT JOIN org_person m ON m.tenant_id = t.tenant_id AND m.person_id = p.manager_id
                          AND m.employed_from <= day AND m.employed_to > day
                          AND m.person_id <> p.person_id
    WHERE t.tenant_id = tenant AND t.ancestor_id = root
$$;

-- Who would rate whom. Peers are colleagues of the unit and those with the same manager, but not the
-- manager and not the reports; peers and subordinates are drawn by lot (`seed`).
CREATE FUNCTION planned(tenant bigint, root bigint, day date, superior boolean, self boolean,
                        peers bigint, subordinates bigint, seed text)
RETURNS TABLE (subject_id bigint, rater_id bigint, relation smallint) LANGUAGE sql STABLE AS $$
    WITH r AS MATERIALIZED (SELECT * FROM rated(tenant, root, day)),
    everybody AS MATERIALIZED (
        SELECT * FROM rated(tenant, (SELECT unit_id FROM org_unit WHERE tenant_id = tenant
                                                                    AND parent_id IS NULL LIMIT 1), day)
        WHERE peers > 0 OR subordinates > 0
    ), colleague AS (
        SELECT r.person_id AS subject_id, c.person_id AS rater_id
        FROM r JOIN everybody c ON c.unit_id = r.unit_id
        UNION
        SELECT r.person_id, c.person_id
        FROM r JOIN everybody c ON c.manager_id = r.manager_id AND r.manager_id <> 0
    ), drawn AS (
        SELECT k.subject_id, k.rater_id, 2::smallint AS relation, row_number() OVER (
                   PARTITION BY k.subject_id
                   ORDER BY md5(seed || '/' || k.subject_id || '/' || k.rater_id)) AS n, peers AS most
        FROM colleague k JOIN r ON r.person_id = k.subject_id
                         JOIN everybody c ON c.person_id = k.rater_id
        WHERE peers > 0 AND k.rater_id <> k.subject_id AND k.rater_id <> r.manager_id
          AND c.manager_id <> r.person_id
        UNION ALL
        SELECT r.person_id, c.person_id, 3, row_number() OVER (
                   PARTITION BY r.person_id ORDER BY md5(seed || '/' || r.person_id || '/' || c.person_id)),
               subordinates
        FROM r JOIN everybody c ON c.manager_id = r.person_id
        WHERE subordinates > 0
    )
    SELECT person_id, manager_id, 1::smallint FROM r WHERE superior AND manager_id <> 0
    UNION ALL SELECT person_id, person_id, 5::smallint FROM r WHERE self
    UNION ALL SELECT subject_id, rater_id, relation FROM drawn WHERE n <= most
$$;

-- Tasks look after every tenant; they see no row of any.
CREATE FUNCTION tenants_going() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS $$ SELECT DISTINCT tenant_id FROM round WHERE state IN (1, 2, 3) $$;

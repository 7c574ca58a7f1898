-- Objections to lines of published results, the corrections that are stated of them, and the results
-- that corrections make.
CREATE TABLE objection (
    tenant_id        bigint      NOT NULL,
    objection_id     bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    period           text        NOT NULL COLLATE "C",
    person_id        bigint      NOT NULL,
    indicator_id     bigint      NOT NULL, -- the line
    result_version   bigint      NOT NULL, -- that it is against
    state            smallint    NOT NULL, -- dacheng.scoring.v1.ObjectionState
    reason           text        NOT NULL,
    wished_value     numeric,
    wished_score     numeric,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    raised_at        timestamptz NOT NULL,
    correction       integer     NOT NULL DEFAULT 0, -- the newest stated, or the one carried out
    outcome_reason   text        NOT NULL DEFAULT '',
    decided_by_id    bigint      NOT NULL DEFAULT 0,
    settled_at       timestamptz,
    new_version      bigint      NOT NULL DEFAULT 0,
    version          bigint      NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, objection_id)
);
-- One open objection a line.
CREATE UNIQUE INDEX objection_open ON objection (tenant_id, person_id, period, indicator_id)
    WHERE state = 1;
CREATE INDEX objection_by_person ON objection (tenant_id, person_id, period);

-- What a correction comes to by the result as it stood when it was stated.
CREATE TABLE correction (
    tenant_id          bigint      NOT NULL,
    objection_id       bigint      NOT NULL,
    number             integer     NOT NULL, -- from 1
    value              numeric, -- NULL: the score itself is stated
    score              numeric, -- NULL: not scored
    total              numeric     NOT NULL,
    grade              text        NOT NULL,
    coefficient        numeric,
    score_before       numeric,
    total_before       numeric     NOT NULL,
    grade_before       text        NOT NULL,
    coefficient_before numeric,
    places             smallint    NOT NULL, -- of the total
    line_places        smallint    NOT NULL,
    reason             text        NOT NULL,
    author             text        NOT NULL,
    author_person_id   bigint      NOT NULL,
    at                 timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, objection_id, number)
);
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE objection ENABLE ROW LEVEL SECURITY;
ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON objection USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON correction USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- A corrected result: by which objection, and which lines differ from what was computed.
ALTER TABLE published_result
    ADD COLUMN objection_id       bigint    NOT NULL DEFAULT 0, -- 0 = published with the others
    ADD COLUMN corrected_at       timestamptz,
    ADD COLUMN corrected_ids      bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN corrected_values   numeric[] NOT NULL DEFAULT '{}',
    ADD COLUMN corrected_by_value bigint[]  NOT NULL DEFAULT '{}', -- 1 or 0
    ADD COLUMN actual_held        boolean   NOT NULL DEFAULT false, -- the primary's value is corrected
    ADD COLUMN grade_codes        text[]    NOT NULL DEFAULT '{}', -- of corrected results: the table
    ADD COLUMN grade_froms        numeric[] NOT NULL DEFAULT '{}'; -- the last row has none

-- The live total with the corrected lines as they were corrected: what comes late to the others. A
-- veto of another line holds whatever a correction says; a line that a correction vetoed leaves
-- nothing to carry.
CREATE FUNCTION live_as_corrected(live_total numeric, live_ids bigint[], live_weights numeric[],
                                  live_scores numeric[], live_remarks text, places integer,
                                  corrected_ids bigint[], ids bigint[], scores numeric[],
                                  remarks text, total numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN cardinality(corrected_ids) = 0 OR live_total IS NULL THEN live_total
        WHEN bool_or(l.id = ANY (corrected_ids) AND coalesce(l.kept, '') = 'v') THEN total
        WHEN bool_or(l.id <> ALL (corrected_ids) AND l.remark = 'v') THEN live_total
        ELSE round(sum(l.score * l.weight) FILTER (WHERE l.scored)
                   / nullif(sum(l.weight) FILTER (WHERE l.scored), 0), places) END
    FROM (
        SELECT x.id, x.weight, substr(live_remarks, x.n::int, 1) AS remark, k.remark AS kept,
               coalesce(k.score, x.score) AS score,
               coalesce(k.remark, substr(live_remarks, x.n::int, 1))
                   NOT IN ('t', 'd', 'f', 'v', 'n') AS scored
        FROM unnest(live_ids, live_weights, live_scores) WITH ORDINALITY AS x (id, weight, score, n)
        LEFT JOIN LATERAL (
            SELECT y.score, substr(remarks, y.m::int, 1) AS remark
            FROM unnest(ids, scores) WITH ORDINALITY AS y (id, score, m)
            WHERE y.id = x.id AND y.id = ANY (corrected_ids)) AS k ON true
    ) AS l
$$;

-- The latest version of each published result beside what it would be by the live figures; what was
-- stated with later results already is taken off.
CREATE VIEW late_change WITH (security_invoker = true) AS
SELECT r.tenant_id, r.person_id, r.period, r.person_name, r.person_code, r.unit_name, r.places,
       CASE WHEN c.position IS NULL THEN r.total
            WHEN r.version = 1 THEN c.total_now
            ELSE r.total + coalesce(c.total_now - c.first_total, 0) END AS total_published,
       live_as_corrected(s.total, m.indicator_ids, m.weights, s.scores, s.remarks, r.places,
                         r.corrected_ids, r.indicator_ids, r.scores, r.remarks, r.total)
           AS total_now,
       CASE WHEN r.actual_held OR c.position IS NULL THEN r.actual ELSE c.actual_now END
           AS actual_published,
       CASE WHEN r.actual_held THEN r.actual ELSE s.actual END AS actual_now,
       CASE WHEN c.position IS NULL OR r.version > 1 THEN r.table_grade ELSE c.grade_now END
           AS grade_published,
       coalesce(m.grade_codes[s.grade], '') AS grade_live, r.total AS total_latest,
       r.table_grade, r.version, r.grade_codes, r.grade_froms,
       EXISTS (SELECT FROM objection AS o
               WHERE o.tenant_id = r.tenant_id AND o.person_id = r.person_id
                 AND o.period = r.period AND o.state = 1) AS frozen
FROM (SELECT DISTINCT ON (tenant_id, person_id, period) * FROM published_result
      ORDER BY tenant_id, person_id, period, version DESC) AS r
JOIN score AS s ON s.tenant_id = r.tenant_id AND s.period = r.period AND s.person_id = r.person_id
LEFT JOIN scheme AS m ON m.tenant_id = r.tenant_id AND m.scheme_id = s.scheme_id
LEFT JOIN LATERAL (
    SELECT k.position, k.total_now, k.actual_now, k.grade_now,
           first_value(k.total_published) OVER (ORDER BY k.position) AS first_total
    FROM published_carried AS k
    WHERE k.tenant_id = r.tenant_id AND k.person_id = r.person_id AND k.from_period = r.period
    ORDER BY k.position DESC LIMIT 1) AS c ON true;

-- Published results: snapshots that never change. A correction is a further version of the person's.

-- One publication at a time numbers its results in one go, so that positions ascend as they commit.
CREATE TABLE result_head (
    tenant_id bigint NOT NULL,
    position  bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);

CREATE TABLE publication (
    tenant_id        bigint      NOT NULL,
    publication_id   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    period           text        NOT NULL COLLATE "C",
    unit_id          bigint      NOT NULL, -- the tree
    version          bigint      NOT NULL, -- within period and tree, from 1
    people           integer     NOT NULL,
    reason           text        NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    at               timestamptz NOT NULL,
    objections_until date        NOT NULL,
    PRIMARY KEY (tenant_id, publication_id),
    UNIQUE (tenant_id, period, unit_id, version)
);

-- Who is published in a period: with one tree, once.
CREATE TABLE published_person (
    tenant_id bigint NOT NULL,
    period    text   NOT NULL COLLATE "C",
    person_id bigint NOT NULL,
    unit_id   bigint NOT NULL, -- the tree
    PRIMARY KEY (tenant_id, period, person_id)
);

-- All that the number came from: names, items, plans and their versions, inputs.
CREATE TABLE published_result (
    tenant_id            bigint    NOT NULL,
    period               text      NOT NULL COLLATE "C",
    person_id            bigint    NOT NULL,
    version              bigint    NOT NULL, -- of the person in the period, from 1
    position             bigint    NOT NULL,
    publication_id       bigint    NOT NULL,
    person_code          text      NOT NULL,
    person_name          text      NOT NULL,
    unit_id              bigint    NOT NULL,
    unit_code            text      NOT NULL,
    unit_name            text      NOT NULL,
    indicator_ids        bigint[]  NOT NULL,
    indicator_names      text[]    NOT NULL,
    indicator_names_en   text[]    NOT NULL,
    units_of_measure     text[]    NOT NULL,
    weights              numeric[] NOT NULL,
    plan_ids             bigint[]  NOT NULL,
    plan_versions        bigint[]  NOT NULL,
    scores               numeric[] NOT NULL,
    remarks              text      NOT NULL,
    total                numeric   NOT NULL,
    places               smallint  NOT NULL,
    attainment           numeric,
    actual               numeric,
    target               numeric,
    rank                 integer   NOT NULL,
    table_grade          text      NOT NULL, -- '' = no grades
    grade                text      NOT NULL,
    coefficient          numeric,
    grade_plan_id        bigint    NOT NULL,
    grade_plan_version   bigint    NOT NULL,
    measure_ids          bigint[],
    numerators           numeric[],
    denominators         numeric[],
    target_indicator_ids bigint[],
    target_values        numeric[],
    floors               numeric[],
    stretches            numeric[],
    score_version        bigint    NOT NULL,
    PRIMARY KEY (tenant_id, period, person_id, version),
    UNIQUE (tenant_id, position)
);
CREATE INDEX published_result_by_publication ON published_result (tenant_id, publication_id);

-- Late changes of earlier periods that a publication took along; what was published then stays.
CREATE TABLE published_carried (
    tenant_id        bigint  NOT NULL,
    position         bigint  NOT NULL, -- of the result that states it
    person_id        bigint  NOT NULL,
    from_period      text    NOT NULL COLLATE "C",
    places           smallint NOT NULL,
    total_published  numeric, -- or as it was carried last
    total_now        numeric,
    actual_published numeric,
    actual_now       numeric,
    grade_published  text    NOT NULL,
    grade_now        text    NOT NULL,
    PRIMARY KEY (tenant_id, position, from_period)
);
CREATE INDEX published_carried_by_person ON published_carried (tenant_id, person_id, from_period);

CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON publication
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON published_person
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON published_result
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON published_carried
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE result_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE publication ENABLE ROW LEVEL SECURITY;
ALTER TABLE published_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE published_result ENABLE ROW LEVEL SECURITY;
ALTER TABLE published_carried ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON result_head USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON publication USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON published_person
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON published_result
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON published_carried
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);

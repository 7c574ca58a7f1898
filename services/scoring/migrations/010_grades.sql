-- Grades: by the table of the plan that grades a scheme's people, stored with each score.

-- The body is read again only where there is a table.
ALTER TABLE plan_version ADD COLUMN graded boolean NOT NULL DEFAULT false;

-- The table stands in the scheme, so that a score needs only the number of a row in it.
ALTER TABLE scheme
    ADD COLUMN grade_plan_id      bigint    NOT NULL DEFAULT 0, -- 0 = no grades
    ADD COLUMN grade_plan_version bigint    NOT NULL DEFAULT 0,
    ADD COLUMN grade_codes        text[]    NOT NULL DEFAULT '{}',
    ADD COLUMN coefficients       numeric[] NOT NULL DEFAULT '{}';

ALTER TABLE score ADD COLUMN grade smallint NOT NULL DEFAULT 0; -- row of the scheme's table; 0 = none

-- How many people of the whole tree have a grade: parallel arrays, in the order of the tables.
ALTER TABLE unit_score
    ADD COLUMN grade_codes  text[]   NOT NULL DEFAULT '{}',
    ADD COLUMN grade_people bigint[] NOT NULL DEFAULT '{}';

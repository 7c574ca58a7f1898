-- The answers about these people are no longer needed. $1 tenant, $2 round, $3 people up to this id.
WITH gone AS (
    DELETE FROM rating r USING assignment a, round o
    WHERE r.tenant_id = $1 AND a.tenant_id = $1 AND a.assignment_id = r.assignment_id
      AND a.round_id = $2 AND a.subject_id <= $3
)
UPDATE round SET computed_to = $3 WHERE tenant_id = $1 AND round_id = $2

-- Marks the targets whose children were let come to more than they are themselves; of the others
-- named the mark goes.
-- $1 tenant, $2 targets, $3 whether the children of each are over
UPDATE target t SET over_assignment_allowed = o.allowed
FROM unnest($2::bigint[], $3::boolean[]) AS o (target_id, allowed)
WHERE t.tenant_id = $1 AND t.target_id = o.target_id AND t.over_assignment_allowed <> o.allowed

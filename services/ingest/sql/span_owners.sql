-- Which of some owners are in which spans. $1 tenant, $2 kinds, $3 owners.
SELECT o.owner_kind, o.owner_id, o.span_id
FROM unnest($2::bigint[], $3::bigint[]) AS w (kind, id)
CROSS JOIN LATERAL (
    SELECT * FROM span_owner o
    WHERE o.tenant_id = $1 AND o.owner_kind = w.kind AND o.owner_id = w.id
    OFFSET 0) o

-- How many there are, from the tally. $1 tenant, $2 cycle, $3 stage ('': any), $4 all units, $5 units.
SELECT coalesce(sum(c.done), 0)::bigint, coalesce(sum(c.open), 0)::bigint,
       coalesce(sum(c.overdue), 0)::bigint
FROM tally c
WHERE c.tenant_id = $1 AND c.cycle_id = $2 AND ($3::text = '' OR c.stage = $3)
  AND ($4::boolean OR c.unit_id IN (SELECT w FROM unnest($5::bigint[]) w))

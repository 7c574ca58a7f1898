-- Running cycles with cases whose references begin alike, the newest first. $1 tenant, $2 from this
-- reference, $3 up to this one, $4 subjects that they must not have a case of.
SELECT DISTINCT c.cycle_id
FROM process_case k JOIN cycle c ON c.tenant_id = $1 AND c.cycle_id = k.cycle_id AND c.state IN (1, 2)
WHERE k.tenant_id = $1 AND k.reference >= $2 AND k.reference < $3 AND k.reference <> ''
  AND NOT EXISTS (SELECT FROM process_case o WHERE o.tenant_id = $1 AND o.cycle_id = c.cycle_id
                                              AND o.subject_id = ANY ($4::bigint[]))
ORDER BY c.cycle_id DESC

-- Open tasks of the cases with these references. $1 tenant, $2 references.
SELECT t.task_id FROM process_case c
JOIN task t ON t.tenant_id = $1 AND t.case_id = c.case_id AND t.state = 1
WHERE c.tenant_id = $1 AND c.reference = ANY ($2::text[]) AND c.reference <> '' AND c.state = 1
ORDER BY t.task_id

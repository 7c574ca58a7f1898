-- Takes what touched a submission: runs, oldest first. $1 tenant, $2 submission.
WITH gone AS (
    DELETE FROM submission_touch WHERE tenant_id = $1 AND submission_id = $2 RETURNING run_id
)
SELECT g.run_id, coalesce(r.source, ''), coalesce(r.name, '')
FROM gone g LEFT JOIN run r ON r.tenant_id = $1 AND r.run_id = g.run_id
WHERE g.run_id <> 0
ORDER BY g.run_id

-- Submissions that are to be looked at again and that nobody else holds. $1 tenant, $2 limit.
SELECT s.unit_id, s.period FROM submission s
WHERE s.tenant_id = $1
  AND EXISTS (SELECT FROM submission_touch t
              WHERE t.tenant_id = $1 AND t.submission_id = s.submission_id)
ORDER BY s.submission_id
LIMIT $2
FOR UPDATE SKIP LOCKED

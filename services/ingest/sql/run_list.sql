-- Runs, newest first. $1 tenant, $2 before this one (0 = from the newest), $3 limit, $4 person
-- who started them (0 = anybody).
SELECT r.run_id, r.source, r.name, r.state, r.bytes_total, coalesce(u.bytes_received, 0), r.rows,
       r.created, r.changed, r.unchanged, r.deleted, r.rejected, r.amount_in::text,
       r.amount_accepted::text, r.started_at, r.finished_at, r.account, r.person_id, r.problem,
       r.encoding,
       coalesce((SELECT sum(p.records) FROM pending p
                 WHERE p.tenant_id = r.tenant_id AND p.run_id = r.run_id), 0)::bigint,
       NOT r.is_file, r.problem_zh
FROM run r LEFT JOIN upload u ON u.tenant_id = r.tenant_id AND u.run_id = r.run_id
WHERE r.tenant_id = $1 AND ($2::bigint = 0 OR r.run_id < $2)
  AND ($4::bigint = 0 OR r.person_id = $4)
ORDER BY r.run_id DESC
LIMIT $3

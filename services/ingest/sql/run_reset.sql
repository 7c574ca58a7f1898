-- The rows were only looked at: they are counted anew when they are written. $1 tenant, $2 run.
UPDATE run SET rows = 0, created = 0, changed = 0, unchanged = 0, deleted = 0, rejected = 0,
               amount_in = 0, amount_accepted = 0
WHERE tenant_id = $1 AND run_id = $2

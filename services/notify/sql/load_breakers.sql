-- Under tenant 0.
SELECT channel, state, faults, openings, since, until, last_fault FROM breaker WHERE tenant_id = 0

-- Under tenant 0; makes it where there is none. $1 channel, $2 now
INSERT INTO breaker (channel, state, faults, openings, since, until, last_fault)
VALUES ($1, 'closed', 0, 0, $2, $2, '')
ON CONFLICT (tenant_id, channel) DO UPDATE SET state = breaker.state
RETURNING channel, state, faults, openings, since, until, last_fault

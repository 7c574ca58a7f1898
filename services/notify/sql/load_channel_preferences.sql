-- $1 tenant, $2 person
SELECT channel, enabled, digest FROM channel_preference WHERE tenant_id = $1 AND person_id = $2

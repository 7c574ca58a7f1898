-- $1 tenant
SELECT channel, enabled, per_day FROM channel_setting WHERE tenant_id = $1

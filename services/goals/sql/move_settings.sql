-- What a tenant mostly does about moves. $1 tenant
SELECT usual FROM move_settings WHERE tenant_id = $1

-- Another secret; the one before signs too for a while. $1 tenant, $2 id, $3 secret, $4 until when
UPDATE webhook SET old_secret = secret, old_until = $4, secret = $3, version = version + 1
WHERE tenant_id = $1 AND id = $2

-- Tenants with something to count or to tell. (A function of the owner: it answers ids only.)
SELECT * FROM tenants_to_count()

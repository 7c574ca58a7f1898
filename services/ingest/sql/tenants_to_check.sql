-- Tenants with submissions to look at again. (A function of the owner: it answers ids only.)
SELECT * FROM tenants_to_check()

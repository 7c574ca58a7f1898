-- Whoever has a round that is not over. (A function of the owner: it answers ids only.)
SELECT * FROM tenants_going() ORDER BY 1

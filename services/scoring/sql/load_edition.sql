-- Which edition of the definitions and of the tree is in force? $1 tenant.
SELECT number FROM edition WHERE tenant_id = $1;

-- Until the commit nobody else enters values of a measure. $1 tenant, $2 measure
SELECT measure_id FROM measure WHERE tenant_id = $1 AND measure_id = $2 FOR UPDATE

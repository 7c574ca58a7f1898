-- Unit states that begin up to this day have been told. $1 tenant, $2 day
UPDATE tenant SET told_day = $2 WHERE id = $1 AND told_day < $2

-- Messages to be sent now, by channel, counted to 10,001. $1 now
SELECT format('channel="%s"', channel) AS labels, due FROM deliveries_due($1)

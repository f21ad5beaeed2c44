SELECT c.key AS client, f.currency, f.line, sum(f.amount) AS amount
FROM financials_ledgerentry f
JOIN accounts_client c ON c.id = f.client_id
WHERE f.month BETWEEN %(first)s::date - interval '1 year' AND %(last)s::date - interval '1 year'
GROUP BY 1, 2, 3

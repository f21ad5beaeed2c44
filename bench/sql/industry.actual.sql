SELECT c.industry AS industry, f.currency, f.line, sum(f.amount) AS amount
FROM financials_ledgerentry f
JOIN accounts_client c ON c.id = f.client_id
WHERE f.month BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3
